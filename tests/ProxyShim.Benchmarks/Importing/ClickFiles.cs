using System.Globalization;
using System.Text;

namespace ProxyShim.Benchmarks.Importing;

/// <summary>The same clicks in three forms: what the shim reads, and what it comes to, ready-made for Redis.</summary>
internal sealed class ClickFiles(string folder)
{
    private const int Buffer = 1 << 20;
    private const string Life = "7776000000";

    public string Objects { get; } = Path.Combine(folder, "clicks.ndjson");

    public string Table { get; } = Path.Combine(folder, "clicks.csv");

    /// <summary>A <c>SET … PX</c> for each, in Redis's protocol.</summary>
    public string Commands { get; } = Path.Combine(folder, "clicks.resp");

    public void Write(int rows, long clickedAt)
    {
        using var objects = new StreamWriter(Objects, append: false, Encoding.ASCII, Buffer);
        using var table = new StreamWriter(Table, append: false, Encoding.ASCII, Buffer);
        using var commands = new StreamWriter(Commands, append: false, Encoding.ASCII, Buffer);
        table.Write("customer_key,xid,partner_key,sub_ids,clicked_at\n");
        for (var i = 0; i < rows; i++)
        {
            var (key, xid) = (string.Create(CultureInfo.InvariantCulture, $"acct_{i:D7}"), string.Create(CultureInfo.InvariantCulture, $"X{i:D7}Tt9b"));
            var click = string.Create(CultureInfo.InvariantCulture, $$"""{"xid":"{{xid}}","partner_key":"lovelace","sub_ids":["spring"],"clicked_at":{{clickedAt}}}""");
            objects.Write($"{{\"customer_key\":\"{key}\",{click.AsSpan(1)}\n");
            table.Write(string.Create(CultureInfo.InvariantCulture, $"{key},{xid},lovelace,spring,{clickedAt}\n"));
            commands.Write("*5\r\n$3\r\nSET\r\n");
            foreach (var word in new[] { $"click:{key}", click, "PX", Life })
            {
                commands.Write(string.Create(CultureInfo.InvariantCulture, $"${word.Length}\r\n{word}\r\n"));
            }
        }
    }
}
