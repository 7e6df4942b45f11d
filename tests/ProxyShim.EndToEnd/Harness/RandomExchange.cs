using System.Globalization;
using System.Text;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>A valid request and a valid answer, made by chance; the same ones for the same seed.</summary>
/// <param name="Request">The bytes of the request, one character each (Latin-1).</param>
/// <param name="Answer">The bytes of the answer, likewise.</param>
public sealed record RandomExchange(string Method, string Request, string Answer)
{
    /// <summary>Says which exchange a request belongs to.</summary>
    public const string IdHeader = "X-Exchange";

    private const string Segment = "abcxyzABC0189-._~!$&'()*+,;=:@";

    private static readonly string[] s_methods = ["GET", "GET", "GET", "HEAD", "POST", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE", "M-SEARCH"];

    private static readonly string[] s_inPath = ["%2F", "%2f", "%25", "%20", "%C3%A4", "%3F", "%23", "[", "]", "|", "^", "`", "{", "}", "\\", "\""];

    // nginx refuses these in a path, where the shim passes them on.
    private static readonly string[] s_inQuery = [.. s_inPath, "%zz", "%", "%2e%2e", ".."];

    private static readonly string[] s_paths = ["/api/v2/customers", "/api/v2/customers/", "/v1/customers", "/api/v2/transactions", "/api/v2/deals/d-1", "/"];

    private static readonly (string Name, string[] Values)[] s_requestHeaders =
    [
        ("Accept", ["*/*", "application/json", "text/html;q=0.9, */*;q=0.1"]), ("Accept-Language", ["de, en;q=0.5"]), ("Accept-Encoding", ["gzip, deflate, br", "identity"]),
        ("User-Agent", ["python-requests/2.31", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "a"]), ("Authorization", ["Basic YTpi", "Bearer abc.def", "Digest realm=\"x\""]),
        ("Cookie", ["a=b", "a=b; c=d", "s=%20\"x\""]), ("If-None-Match", ["\"a\"", "W/\"b\", \"c\"", "*"]), ("If-Modified-Since", ["Sat, 29 Nov 2025 00:00:00 GMT", "yesterday"]),
        ("Origin", ["https://acme.com", "null"]), ("Referer", ["https://acme.com/a?b=c"]), ("Range", ["bytes=0-9", "bytes=-5"]), ("Cache-Control", ["no-cache", "max-age=0"]),
        ("Forwarded", ["for=10.0.0.1;proto=https"]), ("X-Forwarded-For", ["10.0.0.1, 10.0.0.2"]), ("Via", ["1.1 edge"]), ("From", ["ann at example"]), ("Pragma", ["no-cache"]),
        ("Content-Language", ["de"]), ("Content-Disposition", ["form-data; name=\"a\""]), ("X-Requested-With", ["XMLHttpRequest"]), ("Max-Forwards", ["5"]), ("Date", ["Sat, 29 Nov 2025 00:00:00 GMT"]),
    ];

    private static readonly (string Name, string[] Values)[] s_answerHeaders =
    [
        ("Content-Language", ["de"]), ("Cache-Control", ["no-store", "private, max-age=5"]), ("ETag", ["\"a\"", "W/\"b\""]), ("Last-Modified", ["Sat, 29 Nov 2025 00:00:00 GMT"]),
        ("Location", ["/a?b=c", "https://acme.com/%2F"]), ("Retry-After", ["5", "Sat, 29 Nov 2025 00:00:00 GMT"]), ("Set-Cookie", ["a=b; Path=/", "c=d; Expires=Sat, 29 Nov 2025 00:00:00 GMT"]),
        ("WWW-Authenticate", ["Basic realm=\"a, b\""]), ("Vary", ["Accept, Origin", "*"]), ("Server", ["gunicorn"]), ("Allow", ["GET, POST"]), ("Link", ["</a>; rel=\"next\""]),
        ("X-RateLimit-Remaining", ["0", "4999"]), ("Strict-Transport-Security", ["max-age=5"]), ("Access-Control-Allow-Origin", ["*"]), ("Content-Disposition", ["attachment; filename=\"ä\""]),
    ];

    private static readonly int[] s_statuses = [200, 200, 200, 201, 202, 204, 206, 301, 302, 304, 307, 400, 401, 403, 404, 404, 405, 409, 410, 418, 422, 429, 451, 500, 501, 503, 520, 599];

    /// <summary>Makes the exchange of this number.</summary>
    public static RandomExchange Create(int seed, int number)
    {
        var chance = new Random(HashCode.Combine(seed, number));
        var method = Pick(chance, s_methods);
        return new(method, RequestOf(chance, method, number), AnswerOf(chance, method));
    }

    private static string RequestOf(Random chance, string method, int number)
    {
        var request = new StringBuilder();
        request.Append(CultureInfo.InvariantCulture, $"{method} {Target(chance)} HTTP/1.1\r\nHost: legacy.example\r\n{IdHeader}: {number}\r\n");
        AddHeaders(request, chance, s_requestHeaders, "Cookie");
        if (method is "HEAD" or "OPTIONS" || (method == "GET" && chance.Next(10) > 0) || chance.Next(5) == 0)
        {
            return request.Append("\r\n").ToString();
        }

        request.Append("Content-Type: ").Append(Pick(chance, ["application/json", "application/x-www-form-urlencoded", "text/plain; charset=utf-8", "application/octet-stream"])).Append("\r\n");
        return AddBody(request, chance).ToString();
    }

    private static string AnswerOf(Random chance, string method)
    {
        var status = Pick(chance, s_statuses);
        var answer = new StringBuilder();
        answer.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {Pick(chance, ["OK", "Not Found", "Odd but true", "x"])}\r\nDate: Sat, 29 Nov 2025 00:00:00 GMT\r\n");
        AddHeaders(answer, chance, s_answerHeaders, "Set-Cookie");
        if (status is 204 or 304)
        {
            return answer.Append("\r\n").ToString();
        }

        answer.Append("Content-Type: ").Append(Pick(chance, ["application/json", "text/html; charset=ISO-8859-1", "application/problem+json"])).Append("\r\n");
        if (method == "HEAD")
        {
            return answer.Append(CultureInfo.InvariantCulture, $"Content-Length: {chance.Next(5000)}\r\n\r\n").ToString();
        }

        return chance.Next(8) > 0 ? AddBody(answer, chance).ToString() : answer.Append("Connection: close\r\n\r\n").Append(Bytes(chance, chance.Next(3000))).ToString();
    }

    private static string Target(Random chance)
    {
        var target = new StringBuilder(Pick(chance, s_paths));
        for (var left = chance.Next(4); left > 0; left--)
        {
            target.Append(target[^1] == '/' && chance.Next(10) > 0 ? "" : "/").Append(Text(chance, Segment, s_inPath, chance.Next(1, 12)) is var segment and not ".." ? segment : "x");
        }

        if (chance.Next(2) == 0)
        {
            target.Append('?').Append(Text(chance, Segment + "/?&&==", s_inQuery, chance.Next(0, 40)));
        }

        return target.ToString();
    }

    private static void AddHeaders(StringBuilder message, Random chance, (string Name, string[] Values)[] known, string repeatable)
    {
        foreach (var (name, values) in known)
        {
            for (var times = chance.Next(4) > 0 ? 0 : name == repeatable ? chance.Next(1, 3) : 1; times > 0; times--)
            {
                message.Append(Cased(chance, name)).Append(": ").Append(Pick(chance, values)).Append("\r\n");
            }
        }

        for (var left = chance.Next(4); left > 0; left--)
        {
            // Bytes beyond ASCII are as allowed as they are rare.
            message.Append("X-").Append(Text(chance, "abcXYZ09_-", [], chance.Next(1, 10))).Append(": ")
                .Append(Text(chance, "abc XYZ,;=\"'()<>@\u00e4\u00ff\u0080", [], chance.Next(0, 30))).Append("\r\n");
        }
    }

    private static StringBuilder AddBody(StringBuilder message, Random chance)
    {
        var body = Bytes(chance, chance.Next(6) == 0 ? chance.Next(100_000) : chance.Next(500));
        if (chance.Next(3) > 0)
        {
            return message.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n").Append(body);
        }

        message.Append("Transfer-Encoding: chunked\r\n\r\n");
        for (var at = 0; at < body.Length;)
        {
            var length = Math.Min(body.Length - at, chance.Next(1, 20_000));
            message.Append(CultureInfo.InvariantCulture, $"{length:x}\r\n").Append(body, at, length).Append("\r\n");
            at += length;
        }

        return message.Append("0\r\n\r\n");
    }

    private static string Cased(Random chance, string name) => chance.Next(5) switch
    {
        0 => name.ToLowerInvariant(),
        1 => name.ToUpperInvariant(),
        _ => name,
    };

    private static string Text(Random chance, string letters, string[] pieces, int length)
    {
        var text = new StringBuilder();
        while (length-- > 0)
        {
            text.Append(pieces.Length > 0 && chance.Next(12) == 0 ? Pick(chance, pieces) : letters[chance.Next(letters.Length)].ToString());
        }

        return text.ToString();
    }

    private static string Bytes(Random chance, int length)
    {
        var bytes = new byte[length];
        chance.NextBytes(bytes);
        return Encoding.Latin1.GetString(bytes);
    }

    private static T Pick<T>(Random chance, IReadOnlyList<T> list) => list[chance.Next(list.Count)];
}
