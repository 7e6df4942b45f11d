using System.Globalization;

namespace ProxyShim.Benchmarks;

/// <summary>The words of a command line, one option after another.</summary>
internal sealed class OptionWords(IReadOnlyList<string> words)
{
    private int _position = -1;

    /// <summary>The option of the moment.</summary>
    public string Name => words[_position];

    /// <summary>Goes on to the next option; false after the last one.</summary>
    public bool MoveNext() => ++_position < words.Count;

    /// <exception cref="FormatException">It has none.</exception>
    public string Value() => ++_position < words.Count ? words[_position] : throw new FormatException($"{words[_position - 1]} needs a value");

    /// <exception cref="FormatException">It has none, or none that is a whole number from 1.</exception>
    public int Number() => int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        ? number
        : throw new FormatException($"{words[_position - 1]} needs a positive number");

    /// <exception cref="FormatException">It has none.</exception>
    public string PathValue() => Path.GetFullPath(Value());
}
