using System.Globalization;
using ProxyShim.Customers;
using ProxyShim.Ledger;

namespace ProxyShim.Benchmarks.Instructions;

/// <summary>The commands of a conversion as the shim sends them, with the scripts of a folder: body of 200 bytes, one click as a string, the key pair is set.</summary>
internal sealed class LedgerCalls
{
    private const string Click = """{"xid":"xid_0000001_9bq3TtLs0a","partner_key":"acme"}""";
    private const string Token = "0123456789abcdef0123456789abcdef";
    private const string LeaseMilliseconds = "50000";
    private const string BodyMilliseconds = "1209600000";
    private const string GraceMilliseconds = "900000";

    private const string Body =
        """{"partner_key":"acme","clicked_at":1750000000000,"conversion":{"xid":"xid_0000001_9bq3TtLs0a","customer_key":"c0000001",""" +
        """ "email":"somebody@customer.example","name":"Somebody of Somewhere","sub_ids":["spring"],"origin":"acme.com"}}""";

    private readonly LedgerKeys _keys = new("proxyshim:", test: false);
    private readonly string _folder;

    // An older checkout's scripts have all of the prelude, whatever they need of it, and all six keys.
    private readonly bool _isOlder;
    private readonly Dictionary<string, string> _hashes = new(StringComparer.Ordinal);

    public LedgerCalls(string folder) => (_folder, _isOlder) = (folder, File.Exists(Path.Combine(folder, "prelude.lua")));

    /// <summary>Loads the scripts and writes the clicks.</summary>
    public void Prepare(RespConnection redis, int customers)
    {
        foreach (var script in new[] { "read", "claim", _isOlder ? "sent" : "sent_by_holder", "verified" })
        {
            var text = _isOlder ? Text("prelude") + Text(script) : new ScriptPrelude(Text("common")).Before(Text(script));
            _hashes[script] = redis.Send(["SCRIPT", "LOAD", text])[0];
        }

        for (var number = 0; number < customers; number++)
        {
            redis.Send(["SET", ClickOf(number), Click]);
        }
    }

    public static string[][] Get(int number) => [["GET", ClickOf(number)]];

    /// <summary>What the ledger knows: by script, as an older checkout asks, or as <see cref="ConversionLedger"/> does outside of a cluster.</summary>
    public string[][] Read(int number) => _isOlder
        ? [Script("read", KeysOf(number)[..1], [])]
        : [["HMGET", KeysOf(number)[0], .. LedgerReading.Fields.Select(field => (string)field!)], ["TIME"]];

    /// <summary>Both, in the one packet in which the shim sends them.</summary>
    public string[][] LookUp(int number) => [.. Read(number), .. Get(number)];

    public string[][] Claim(int number)
    {
        var (keys, id) = (KeysOf(number), Id(number).Hash);
        string[] entry = ["xid_0000001_9bq3TtLs0a", "0123456789abcdef", Token, "public_key_of_the_caller", "acme"];
        return
        [
            _isOlder
                ? Script("claim", keys, [id, Token, "9999999999999", LeaseMilliseconds, Body, BodyMilliseconds, .. entry, ""])
                : Script("claim", keys[..3], [id, Token, "9999999999999", "1750000000123", "1750000050123", Body, BodyMilliseconds, .. entry]),
        ];
    }

    public string[][] Sent(int number)
    {
        var (keys, id) = (KeysOf(number), Id(number).Hash);
        return
        [
            _isOlder
                ? Script("sent", keys, [id, Token, "1", GraceMilliseconds, BodyMilliseconds, "xid_0000001_9bq3TtLs0a"])
                : Script("sent_by_holder", [keys[0], keys[2], keys[3]], [id, Token, "1", "1750000000456", "1750000900456"]),
        ];
    }

    public string[][] Verified(int number) => [Script("verified", KeysOf(number), [Id(number).Hash, Token, "read_back"])];

    private static string ClickOf(int number) => string.Create(CultureInfo.InvariantCulture, $"click:{KeyOf(number)}");

    private static string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"c{number:0000000}");

    private static ConversionId Id(int number) => CustomerKey.TryCreate(KeyOf(number), out var key) ? ConversionId.Of(key) : default;

    private string[] KeysOf(int number) => [.. _keys.Of(Id(number)).Select(key => (string)key!)];

    private string[] Script(string name, string[] keys, string[] arguments) =>
        ["EVALSHA", _hashes[name], keys.Length.ToString(CultureInfo.InvariantCulture), .. keys, .. arguments];

    private string Text(string script) => File.ReadAllText(Path.Combine(_folder, $"{script}.lua"));
}
