using System.Text.Json;
using System.Text.Unicode;
using ProxyShim.Primitives;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Clicks;

/// <content>The two forms in which it comes.</content>
internal sealed partial class ClickForm
{
    /// <summary>Reads a JSON object.</summary>
    /// <param name="json">What is read refers to it.</param>
    /// <param name="now">The present time: a click of the future is none.</param>
    /// <param name="problem">What is wrong and what to write; null when all is well.</param>
    public static ReportedClick? Read(ReadOnlyMemory<byte> json, DateTimeOffset now, out ClickProblem? problem)
    {
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                // Whatever it is, it must be JSON to be told so.
                reader.Skip();
                problem = new(ClickResult.NoJson, "Write a JSON object.");
                return null;
            }

            var form = Begin();
            problem = form.Take(json, ref reader);
            return problem is null ? form.Build(now, out problem) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escaped lone surrogate, or bytes that are not UTF-8.
            problem = new(ClickResult.NoJson, "The body is not valid JSON; write an object such as {\"xid\":\"…\"}.");
            return null;
        }
    }

    /// <summary>Reads a row of a table: a text for each name, an empty one for none; <c>sub_ids</c> are separated by <c>|</c>.</summary>
    /// <param name="texts">What is read refers to them.</param>
    /// <inheritdoc cref="Read(ReadOnlyMemory{byte}, DateTimeOffset, out ClickProblem?)"/>
    public static ReportedClick? Read(IReadOnlyList<ClickName> names, ReadOnlySpan<Utf8Text> texts, DateTimeOffset now, out ClickProblem? problem)
    {
        var form = Begin();
        problem = null;
        for (var i = 0; i < names.Count && problem is null; i++)
        {
            if (names[i].Field == ClickField.SubIds)
            {
                problem = form.TakeSubIds([.. texts[i].ToString().Split('|')]);
            }
            else
            {
                form.Take(names[i], texts[i]);
            }
        }

        return problem is null ? form.Build(now, out problem) : null;
    }

    // To the end of it, also past the first problem: what follows may be no JSON.
    private ClickProblem? Take(ReadOnlyMemory<byte> json, ref Utf8JsonReader reader)
    {
        ClickProblem? problem = null;
        for (var place = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; place++)
        {
            var name = NameOf(ref reader, place);
            reader.Read();
            if (name?.Field == ClickField.SubIds)
            {
                problem ??= TakeSubIds(ref reader);
                continue;
            }

            var text = TextOf(json, ref reader);
            reader.Skip();
            problem ??= name is null ? s_unknownName : text is null ? new(ClickResult.BadField, $"{name} is not a text; write one.") : null;
            if (problem is null)
            {
                Take(name!, text.GetValueOrDefault());
            }
        }

        // Nothing may follow.
        reader.Read();
        return problem;
    }

    private ClickName? NameOf(ref Utf8JsonReader reader, int place)
    {
        if (place < _order.Length && _order[place] is { } expected && reader.ValueTextEquals(expected.Utf8))
        {
            return expected;
        }

        foreach (var name in ClickName.All)
        {
            if (reader.ValueTextEquals(name.Utf8))
            {
                _order[Math.Min(place, _order.Length - 1)] = name;
                return name;
            }
        }

        return null;
    }

    // An integer counts as its digits, as everywhere. Null: it is no text.
    private static Utf8Text? TextOf(ReadOnlyMemory<byte> json, ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => default(Utf8Text),
        JsonTokenType.Number => new Utf8Text(json.Slice((int)reader.TokenStartIndex, reader.ValueSpan.Length)),
        JsonTokenType.String when reader.ValueIsEscaped => reader.GetString(),
        JsonTokenType.String when Utf8.IsValid(reader.ValueSpan) => new Utf8Text(json.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length)),
        JsonTokenType.String => throw new InvalidOperationException("Bytes that are not UTF-8."),
        _ => default(Utf8Text?),
    };

    private ClickProblem? TakeSubIds(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return s_badSubIds;
        }

        var (list, isGood) = (new List<string>(), true);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                isGood = false;
                reader.Skip();
            }
            else if (list.Count <= MaxSubIds)
            {
                list.Add(reader.GetString()!);
            }
        }

        return isGood ? TakeSubIds(list) : s_badSubIds;
    }
}
