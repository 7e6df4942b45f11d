using ProxyShim.Hosting;
using ProxyShim.Limits;
using ProxyShim.Settings;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Limits;

public class CapacityTests
{
    private const long Mebibyte = 1024 * 1024;

    // Measured, each with what goes with it: a connection, a request that is not answered, and the program itself.
    private const long Connection = 13 * 1024, Request = 20 * 1024, Program = 48 * Mebibyte;

    [Theory]
    [InlineData(64, 512, 256, 4)]
    [InlineData(128, 2560, 1280, 20)]
    [InlineData(512, 14848, 7424, 116)]
    [InlineData(32, 4, 4, 1)]
    [InlineData(24 * 1024, 20_000, 10_000, 256)]
    public void Of_memory(long mebibytes, int connections, int requests, long buffered) =>
        Assert.Equal(new Capacity(connections, requests, buffered * Mebibyte), Capacity.Of(mebibytes * Mebibyte, int.MaxValue));

    [Theory]
    [InlineData(64, 16, 16)]
    [InlineData(256, 112, 112)]
    [InlineData(1024, 496, 496)]
    public void Of_descriptors(long descriptors, int connections, int requests)
    {
        var capacity = Capacity.Of(24 * 1024 * Mebibyte, descriptors);
        Assert.Equal((connections, requests), (capacity.Connections, capacity.RequestsInFlight));
    }

    [Fact]
    public void All_of_it_at_once_fits_into_the_memory()
    {
        for (var memory = 64 * Mebibyte; memory < 1024 * Mebibyte; memory += Mebibyte)
        {
            var capacity = Capacity.Of(memory, int.MaxValue);
            Assert.InRange(Program + (capacity.Connections * Connection) + (capacity.RequestsInFlight * Request) + capacity.BufferedBytes, 0, memory);
        }
    }

    [Theory]
    [InlineData(64, 192, 3 * Mebibyte)]
    [InlineData(128, 960, 15 * Mebibyte)]
    [InlineData(32, 3, 3 * Mebibyte / 4)]
    public void A_quarter_of_requests_and_bytes_is_for_known_callers(long mebibytes, int requests, long bytes)
    {
        var limits = LimitSettings.Read(new SettingsReader(Given.Configuration()), Capacity.Of(mebibytes * Mebibyte, int.MaxValue));
        Assert.Equal((requests, bytes), (limits.CommonRequests, limits.CommonBytes));
        var least = limits with { RequestsInFlight = 1, BufferedBytes = RequestLimits.MostBuffered };
        Assert.Equal((1, RequestLimits.MostBuffered), (least.CommonRequests, least.CommonBytes));
    }

    [Theory]
    [InlineData("Limits:Connections", "one for each 32 KiB of memory beyond 48 MiB", (512 - 48) * Mebibyte / (32 * 1024))]
    [InlineData("Limits:RequestsInFlight", "one for each 64 KiB of memory beyond 48 MiB", (512 - 48) * Mebibyte / (64 * 1024))]
    [InlineData("Limits:BufferedBytes", "1/4 of the memory beyond 48 MiB", (512 - 48) * Mebibyte / 4)]
    public void The_page_of_the_settings_tells_the_formula(string setting, string formula, long in512)
    {
        var capacity = Capacity.Of(512 * Mebibyte, int.MaxValue);
        Assert.Contains($"By default {formula}", ShimSettings.Describe().Single(one => one.Key == setting).About, StringComparison.Ordinal);
        Assert.Equal(in512, setting switch { "Limits:Connections" => capacity.Connections, "Limits:RequestsInFlight" => capacity.RequestsInFlight, _ => capacity.BufferedBytes });
    }

    [Fact]
    public void The_settings_defaults_follow_it_and_each_can_be_set()
    {
        var limits = Given.Settings().Limits;
        var capacity = Capacity.Of(Surroundings.Memory, Surroundings.Descriptors);
        Assert.Equal((capacity.Connections, capacity.RequestsInFlight, capacity.BufferedBytes), (limits.Connections, limits.RequestsInFlight, limits.BufferedBytes));
        Assert.Equal((null, 0), (limits.BodyBytes, limits.RequestsPerSecond));

        Assert.Equal(
            new LimitSettings(1, 2, 300_000, 4, 5),
            Given.Settings(
                ("Limits:Connections", "1"), ("Limits:RequestsInFlight", "2"), ("Limits:BufferedBytes", "300000"), ("Limits:BodyBytes", "4"),
                ("Limits:RequestsPerSecond", "5")).Limits);
        Assert.Single(Given.Problems(("Limits:Connections", "0")));
    }
}
