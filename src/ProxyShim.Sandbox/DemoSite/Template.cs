using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;

namespace ProxyShim.Sandbox.DemoSite;

/// <summary>The values of a page, by name: a text, a list of values of its own, or something that only is or is not.</summary>
internal sealed class Values : Dictionary<string, object?>
{
    public Values()
        : base(StringComparer.Ordinal)
    {
    }

    public Values(Values outer)
        : base(outer, StringComparer.Ordinal)
    {
    }
}

/// <summary>
/// A file of <c>Pages/</c> with its values: <c>{{name}}</c> is a text, <c>{{#name}}…{{/name}}</c> stays when there is one, and once for each of a list,
/// <c>{{^name}}…{{/name}}</c> when there is none. Texts are encoded for HTML, always.
/// </summary>
internal static partial class Template
{
    private static readonly ConcurrentDictionary<string, string> s_files = new(StringComparer.Ordinal);

    public static string Render(string file, Values values) => Fill(Read(file), values);

    // In one pass: what a value holds is never read as a template.
    public static string Fill(string template, Values values) => Tag().Replace(template, tag =>
    {
        if (tag.Groups["text"] is { Success: true } text)
        {
            return WebUtility.HtmlEncode(values.GetValueOrDefault(text.Value)?.ToString()) ?? "";
        }

        var value = values.GetValueOrDefault(tag.Groups["name"].Value);
        var inner = tag.Groups["inner"].Value;
        if (tag.Groups["kind"].Value == "^")
        {
            return IsThere(value) ? "" : Fill(inner, values);
        }

        return value is IReadOnlyList<Values> list ? string.Concat(list.Select(item => Fill(inner, Within(values, item))))
            : IsThere(value) ? Fill(inner, values)
            : "";
    });

    /// <summary>A file as it is.</summary>
    public static string Read(string file) => s_files.GetOrAdd(file, static file =>
    {
        using var stream = typeof(Template).Assembly.GetManifestResourceStream($"demo/{file}") ?? throw new FileNotFoundException(file);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });

    private static bool IsThere(object? value) => value is not (null or false or "" or IReadOnlyList<Values> { Count: 0 });

    private static Values Within(Values outer, Values inner)
    {
        var all = new Values(outer);
        foreach (var (name, value) in inner)
        {
            all[name] = value;
        }

        return all;
    }

    [GeneratedRegex(@"\{\{(?<kind>[#^])(?<name>\w+)\}\}(?<inner>.*?)\{\{/\k<name>\}\}|\{\{(?<text>\w+)\}\}", RegexOptions.Singleline)]
    private static partial Regex Tag();
}
