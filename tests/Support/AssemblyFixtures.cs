using ProxyShim.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(TestRedis))]
