using System.Text;
using System.Text.Json;
using CsCheck;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using Xunit;

namespace ProxyShim.Tests.CustomerApi;

public class CustomerRequestReaderProperties
{
    private const int Samples = 5_000;

    private static readonly Click s_click = Click();

    [Fact]
    public void Whatever_object_comes_there_is_a_request_or_a_reason()
        => GenJson.Object.Sample(
            json =>
            {
                var (request, reason) = Read.V2(json);
                return request is null == reason is not null;
            },
            iter: Samples);

    [Fact]
    public void Whatever_bytes_come_there_is_a_request_or_a_reason()
        => Gen.Select(GenJson.Object, Gen.Byte, Gen.Int[0, 400]).Sample(
            (json, spoilt, position) =>
            {
                var bytes = Encoding.UTF8.GetBytes(json);
                bytes[position % bytes.Length] = spoilt;
                var (request, reason) = Read.V2(bytes);
                return request is null == reason is not null;
            },
            iter: Samples);

    [Fact]
    public void However_a_key_is_written_it_is_the_decoded_string_in_the_request_and_in_the_conversion()
        => GenJson.Text.Array[1, 4].Select(string.Concat).SelectMany(key => GenJson.Quoted(key).Select(json => (Key: key, Json: json))).Sample(
            sample =>
            {
                var (request, reason) = Read.V2(Read.Body(sample.Json));
                if (sample.Key.Length == 0 || Encoding.UTF8.GetByteCount(sample.Key) > 255)
                {
                    return request is null && reason is "missing_field" or "key_too_long";
                }

                if (sample.Key is "." or "..")
                {
                    return request is null && reason is "invalid_field";
                }

                using var conversion = JsonDocument.Parse(StoredConversion.Compose(request!, s_click).Conversion);
                return request!.CustomerKey.Value == sample.Key && conversion.RootElement.GetProperty("customer_key").GetString() == sample.Key;
            },
            iter: Samples);

    [Fact]
    public void Whatever_is_converted_becomes_an_object_without_an_empty_field()
        => Converting().Sample(
            json =>
            {
                using var conversion = JsonDocument.Parse(StoredConversion.Compose(Read.V2(json).Request!, s_click).Conversion);
                return conversion.RootElement.EnumerateObject().All(member => member.Value.ValueKind switch
                {
                    JsonValueKind.String => member.Value.GetString()!.Length > 0,
                    JsonValueKind.Object => member.Name == "meta" && member.Value.EnumerateObject().Any(),
                    _ => false,
                });
            },
            iter: Samples);

    // Objects made of chance alone hardly ever have all that is required.
    private static Gen<string> Converting() => Gen.Select(GenJson.Text.SelectMany(GenJson.Quoted), GenJson.Text.SelectMany(GenJson.Quoted))
        .Select((name, meta) => Read.Body(more: $"\"name\":{name},\"provider_key\":{name},\"meta\":{{{meta}:{name}}}"));

    private static Click Click()
    {
        Assert.True(Xid.TryParse("xid-1", out var xid));
        return new Click(xid);
    }
}
