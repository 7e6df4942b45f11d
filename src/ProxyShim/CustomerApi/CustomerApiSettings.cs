using ProxyShim.Settings;

namespace ProxyShim.CustomerApi;

/// <param name="Address">Where untouched calls go.</param>
/// <param name="Vendor">The vendor's own pair: it converts, and read-backs use it.</param>
/// <param name="Callers">Every pair that may convert, the vendor's first.</param>
/// <param name="AllowAnonymous">Any caller may convert.</param>
internal sealed record CustomerApiSettings(Uri Address, CallerPair? Vendor, IReadOnlyList<CallerPair> Callers, bool AllowAnonymous)
{
    /// <summary>
    /// How long a forwarded call may go without a byte in either direction; then the caller gets 504. YARP's own default
    /// (https://github.com/dotnet/yarp/blob/main/src/ReverseProxy/Forwarder/HttpForwarder.cs, <c>DefaultTimeout</c>).
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    private const string VendorName = "default";

    public static CustomerApiSettings Read(SettingsReader reader)
    {
        var address = reader.Address(
            "CustomerApi:Address", "https://api.partnerstack.com",
            "Where calls go that are not converted, and read-backs. A call's own path (`/api/v2/…`) is added to it.", "/api/v2/customers", "/api/v2", "/v1/customers", "/v1");
        var told = reader.Problems.Count;
        var vendor = ReadPair(reader, "CustomerApi", VendorName);
        var more = reader.List("CustomerApi:Callers", [], key => ReadPair(reader, key, reader.Text(
            $"{key}:Name", "One more key pair that may convert: what the log calls whoever presents it.", "crm")));
        var callers = more.Prepend(vendor).OfType<CallerPair>().ToList();

        // An incomplete pair has been reported already.
        var noneIsMeant = callers.Count == 0 && reader.Problems.Count == told;
        var anonymous = reader.Flag(
            "CustomerApi:AllowAnonymous", fallback: false,
            "Whether any caller may convert, whatever pair it presents. Who can reach the shim can then make conversions. After a 404 of the Customer API, which may be another account's, the ledger "
            + "stands in for customers only where the caller has a pair of the settings.");
        if (noneIsMeant && !anonymous)
        {
            reader.Problem("CustomerApi:PublicKey", "is missing, so no caller may convert",
                "write the vendor's key pair into it and CustomerApi:SecretKey, or set CustomerApi:AllowAnonymous to true");
        }

        foreach (var twice in callers.GroupBy(pair => pair.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            reader.Problem("CustomerApi:Callers", $"names '{twice.Key}' twice ('{VendorName}' is the vendor's own pair)", "give each caller its own name");
        }

        return new CustomerApiSettings(address, vendor, callers, anonymous)
        {
            Timeout = reader.Duration(
                "CustomerApi:Timeout", TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1),
                "How long a forwarded call may go without a byte in either direction before the app gets a 504."),
        };
    }

    private static CallerPair? ReadPair(SettingsReader reader, string section, string? name)
    {
        var isVendor = section == "CustomerApi";
        var publicKey = reader.Text(
            $"{section}:PublicKey",
            isVendor
                ? "The vendor's key pair. A caller that presents it may convert (the log calls it `default`), and read-backs use it. Required, or another caller's, or `AllowAnonymous`."
                : "That pair's public key. It belongs to the environment of `ConversionApi:Test`.",
            "pk_live_0a1b2c3d");
        var secretKey = reader.Secret($"{section}:SecretKey", isVendor ? "The vendor's secret key." : "That pair's secret key.", "sk_live_4e5f6a7b");
        if (publicKey is null && secretKey is null && isVendor)
        {
            return null;
        }

        if (name is null)
        {
            reader.Problem($"{section}:Name", "is missing", "write the name by which the log shall call this caller");
        }

        if (publicKey is null || publicKey.Contains(':', StringComparison.Ordinal))
        {
            reader.Problem($"{section}:PublicKey", publicKey is null ? "is missing" : "holds a colon", "write the public key (pk_…) of the pair");
        }

        if (secretKey is null)
        {
            reader.Problem($"{section}:SecretKey", "is missing", "write the secret key of the pair");
        }

        return name is null || publicKey is null || secretKey is null ? null : new CallerPair(name, publicKey, secretKey);
    }
}
