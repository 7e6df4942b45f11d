using System.Text;
using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <summary>Names of a hash's fields, as bytes: a text is encoded anew at each command.</summary>
internal static class FieldNames
{
    public static RedisValue Of(string name) => Encoding.UTF8.GetBytes(name);

    public static RedisValue[] Of(params string[] names) => Array.ConvertAll(names, Of);
}
