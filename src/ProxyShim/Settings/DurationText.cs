using System.Buffers;
using System.Globalization;

namespace ProxyShim.Settings;

/// <summary>Durations as people write them: <c>500ms</c>, <c>30s</c>, <c>15m</c>, <c>1h</c>, <c>3d</c>, <c>1h30m</c>; and as .NET does: <c>00:15:00</c>.</summary>
internal static class DurationText
{
    // Longest first; "ms" is not "m" with something behind it.
    private static readonly (string Name, TimeSpan Length)[] s_units =
    [
        ("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("ms", TimeSpan.FromMilliseconds(1)), ("m", TimeSpan.FromMinutes(1)),
        ("s", TimeSpan.FromSeconds(1)),
    ];

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan value) =>
        TimeSpan.TryParseExact(text, ["c", @"h\:mm", @"h\:mm\:ss"], CultureInfo.InvariantCulture, out value) || TryParseUnits(text, out value);

    /// <summary>The shortest of the forms that <see cref="TryParse"/> takes.</summary>
    public static string Of(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
        {
            return "0s";
        }

        var (name, length) = s_units.Where(unit => value.Ticks % unit.Length.Ticks == 0).OrderByDescending(unit => unit.Length).FirstOrDefault();
        return name is null ? value.ToString("c", CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / length.Ticks}{name}");
    }

    private static bool TryParseUnits(ReadOnlySpan<char> text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (text.IsEmpty)
        {
            return false;
        }

        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(s_digits);
            if (digits <= 0 || !decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            text = text[digits..];
            var unit = UnitOf(text);
            if (unit.Name is null || number > 1_000_000_000)
            {
                return false;
            }

            text = text[unit.Name.Length..];
            var ticks = (number * unit.Length.Ticks) + value.Ticks;
            if (ticks > TimeSpan.MaxValue.Ticks)
            {
                return false;
            }

            value = TimeSpan.FromTicks((long)ticks);
        }

        return true;
    }

    private static (string? Name, TimeSpan Length) UnitOf(ReadOnlySpan<char> text)
    {
        foreach (var unit in s_units)
        {
            if (text.StartsWith(unit.Name, StringComparison.OrdinalIgnoreCase))
            {
                return unit;
            }
        }

        return default;
    }
}
