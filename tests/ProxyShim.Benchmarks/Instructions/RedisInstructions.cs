using System.Globalization;
using ProxyShim.Benchmarks.Report;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Instructions;

/// <summary><c>-- redis-instructions</c>: what Redis executes for a conversion, call by call, and for the whole of it.</summary>
internal sealed class RedisInstructions(InstructionOptions options)
{
    private const int Before = 200;

    private readonly int _calls = options.Calls ?? 1000;

    // One after another: what a call costs is what a row costs more than the one that lacks it.
    private static readonly (string Name, Func<LedgerCalls, int, string[][]>[] Packets)[] s_rows =
    [
        ("`GET` of the click", [(_, number) => LedgerCalls.Get(number)]),
        ("read", [(calls, number) => calls.Read(number)]),
        ("look-up: both in one packet", [(calls, number) => calls.LookUp(number)]),
        ("claim", [(calls, number) => calls.Claim(number)]),
        ("claim, sent", [(calls, number) => calls.Claim(number), (calls, number) => calls.Sent(number)]),
        ("look-up, claim, sent: a conversion",
            [(calls, number) => calls.LookUp(number), (calls, number) => calls.Claim(number), (calls, number) => calls.Sent(number)]),
        ("claim, sent, verified",
            [(calls, number) => calls.Claim(number), (calls, number) => calls.Sent(number), (calls, number) => calls.Verified(number)]),
    ];

    /// <returns>The exit code.</returns>
    /// <exception cref="FormatException">A program is missing.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Prerequisites.Check("apt-get install valgrind redis-server util-linux", "valgrind", "redis-server", "taskset");
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (name, packets) in s_rows)
        {
            var counted = await CountAsync(options.Counted ?? Path.GetFullPath("src/ProxyShim/Ledger/Scripts"), packets, cancellationToken);
            rows.Add(InstructionTable.Row(name, counted, options.Other is { } other ? await CountAsync(other, packets, cancellationToken) : null));
        }

        Console.Write(new Markdown()
            .Heading(2, "Redis's instructions")
            .Paragraph(string.Create(
                CultureInfo.InvariantCulture,
                $"Executed by redis-server for one customer (`valgrind --tool=callgrind`): the difference between {Before} and {Before + _calls} customers, each one new, over 16 partitions. No append-only file."))
            .Table(InstructionTable.Head(options.Other is not null), rows));
        return 0;
    }

    private async Task<double> CountAsync(string scripts, Func<LedgerCalls, int, string[][]>[] packets, CancellationToken cancellationToken)
    {
        var (few, many) = (await TotalAsync(Before), await TotalAsync(Before + _calls));
        return (double)(many - few) / _calls;

        async Task<long> TotalAsync(int customers)
        {
            var folder = Directory.CreateTempSubdirectory("proxyshim-instructions-").FullName;
            try
            {
                return await CountedRedis.RunAsync(
                    folder,
                    redis =>
                    {
                        var calls = new LedgerCalls(scripts);
                        calls.Prepare(redis, Before + _calls);
                        for (var number = 0; number < customers; number++)
                        {
                            foreach (var packet in packets)
                            {
                                redis.Send(packet(calls, number));
                            }
                        }
                    },
                    cancellationToken);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
