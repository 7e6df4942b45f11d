namespace ProxyShim.Sandbox.DemoSite;

/// <summary>What is wrong with a filled-in form, for the one who filled it in.</summary>
internal static class SignUpProblem
{
    public static string? Of(string name, string email, string partner) =>
        name.Length is 0 or > 100 ? "Please give a name of at most 100 characters."
        : email.Length is < 4 or > 255 || email.IndexOf('@', StringComparison.Ordinal) < 1 ? "Please give an e-mail address, such as ada@example.com."
        : partner.Length > 100 ? "A partner code has at most 100 characters."
        : null;
}
