using ProxyShim.Background.Verification;
using Xunit;

namespace ProxyShim.Tests.Background.Verification;

public class ResendGuardTests
{
    private readonly ResendGuard _brake = new();

    [Fact]
    public void Twenty_404s_in_a_row_engage_it_once()
    {
        Assert.All(Enumerable.Range(1, 19), _ => Assert.False(_brake.Absent()));
        Assert.False(_brake.IsEngaged);

        Assert.True(_brake.Absent());

        Assert.True(_brake.IsEngaged);
        Assert.False(_brake.Absent());
    }

    [Fact]
    public void One_200_releases_it_once()
    {
        foreach (var _ in Enumerable.Range(0, 25))
        {
            _brake.Absent();
        }

        Assert.True(_brake.Found());

        Assert.False(_brake.IsEngaged);
        Assert.False(_brake.Found());
    }

    [Fact]
    public void One_200_in_between_begins_the_row_anew()
    {
        foreach (var number in Enumerable.Range(1, 100))
        {
            _brake.Absent();
            if (number % 19 == 0)
            {
                _brake.Found();
            }

            Assert.False(_brake.IsEngaged);
        }
    }
}
