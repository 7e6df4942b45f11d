namespace ProxyShim.Hosting.Commands;

/// <summary>What help says below usage and options.</summary>
internal static class HelpText
{
    public const string Serve =
        """
        Settings:
          From appsettings.json in the working directory, a folder of secrets (/run/secrets), environment variables
          (Redis__Timeout=1s) and the command line (--Redis:Timeout=1s); what comes later wins.
          Required are a key pair, Redis and, in live mode, the tracking token. 'proxyshim settings' lists all of them.

        Examples:
          CustomerApi__PublicKey=pk_1 CustomerApi__SecretKey=sk_1 ConversionApi__Token=tok_1 \
              Redis__ConnectionString=localhost:6379 proxyshim
          proxyshim serve --Urls=http://0.0.0.0:8080 --Management:Url=http://0.0.0.0:8081

        Exit codes:
          0   it was told to end (SIGTERM, SIGINT), and has drained
          1   it cannot start: an address, a certificate
          64  the command line has a word that it does not know
          70  a background service has failed
          78  settings cannot be used; standard error names each, and what to write

        """;

    public const string Check =
        """
        One line a finding: what was seen, what it means, what to do. A warning is no failure.

        Settings:
          All of the shim's own, from the same places.

        Examples:
          proxyshim check
          proxyshim check --json | jq '.findings[] | select(.level == "fault")'
          as an init container, with the shim's own image and settings: args: ["check"]

        Exit codes:
          0   there is no fault
          1   there is one
          64  the command line has a word that it does not know
          78  settings cannot be used

        """;

    public const string Health =
        """
        Settings:
          Without a URL Management:Url, from the same places as the shim's own: in its container nothing need be given.

        Examples:
          proxyshim health
          kubectl exec deploy/shop -c proxyshim -- /app/proxyshim health
          proxyshim health http://proxyshim-test:8081

        Exit codes:
          0   it is ready; what is degraded is printed
          1   it is not ready, or does not answer
          64  the URL is none
          78  Management:Url cannot be used

        """;

    public const string DeadLetters =
        """
        A dead letter is a conversion that was given up: somebody must judge.

        Settings:
          Management:Url and Management:Token, from the same places as the shim's own.

        Examples:
          proxyshim dead-letters list
          proxyshim dead-letters replay 07-9f86d081884c7d65
          kubectl exec deploy/shop -c proxyshim -- /app/proxyshim dead-letters replay --all

        Exit codes:
          0   it was done
          1   the shim refuses, or does not answer; standard error says why
          64  the command line has a word that it does not know, or lacks one
          78  Management:Url or Management:Token cannot be used

        """;

    public const string Clicks =
        """
        A row has the names of config/clicks.md: xid, partner_key, sub_ids (in CSV separated by |), clicked_at (milliseconds
        since 1970, or as in 2026-01-31T09:30:00Z) and who it is: customer_key, email, email_sha256 or provider_key. Last click
        wins, by clicked_at, so that the same file twice changes nothing. The report is JSON; rows that cannot be used are named on standard error.

        Settings:
          Management:Url and Management:Token, from the same places as the shim's own.

        Examples:
          proxyshim clicks import clicks.ndjson.gz march.csv
          zcat clicks.ndjson.gz | proxyshim clicks import --dry-run
          proxyshim clicks put acct_42 X1aB2cD3eF4g

        Exit codes:
          0   it was done; rows that cannot be used are no failure
          1   the shim refuses, or does not answer; standard error says why
          64  the command line has a word that it does not know, or lacks one
          78  Management:Url or Management:Token cannot be used

        """;

    public const string Report =
        """
        It needs no settings and no running shim. Prefixes that collectors put before each line are skipped.

        Examples:
          kubectl logs deploy/shop -c proxyshim | proxyshim report
          proxyshim report --json monday.log tuesday.log
          proxyshim report --shadow week.log
          proxyshim report --by partner week.log
          proxyshim report --by subid --csv week.log > subids.csv

        Exit codes:
          0   it was made
          64  the command line has a word that it does not know
          66  a file cannot be read

        """;

    public const string Settings =
        """
        Examples:
          proxyshim settings > settings.md
          proxyshim settings | grep Redis

        """;
}
