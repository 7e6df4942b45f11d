using System.Globalization;

namespace ProxyShim.Sandbox;

/// <summary>A duration as a user types it: <c>5</c> (seconds), <c>500ms</c>, <c>15s</c>, <c>2m</c>, <c>1h</c>, <c>00:00:05</c>.</summary>
internal static class Duration
{
    /// <summary>For a message about what is none.</summary>
    public const string Forms = "5 (seconds), 500ms, 15s, 2m or 00:00:05, at most 24h";

    private static readonly TimeSpan s_longest = TimeSpan.FromHours(24);

    // The longer unit first where one ends like another.
    private static readonly (string Unit, TimeSpan Length)[] s_units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("", TimeSpan.FromSeconds(1)),
    ];

    /// <returns>False when it is none, or not from zero to 24 hours.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        var parsed = text.Contains(':', StringComparison.Ordinal) ? WithColons(text) : WithUnit(text);
        duration = parsed.GetValueOrDefault();
        return parsed is { } value && value >= TimeSpan.Zero && value <= s_longest;
    }

    private static TimeSpan? WithColons(string text) => TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var value) ? value : null;

    private static TimeSpan? WithUnit(string text)
    {
        var (unit, length) = s_units.First(unit => text.EndsWith(unit.Unit, StringComparison.OrdinalIgnoreCase));
        return double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * length.TotalSeconds <= s_longest.TotalSeconds
            ? number * length
            : null;
    }
}
