# Counts a log as `proxyshim report --by partner` and `--by subid` do, by another way, without the waits: jq -n -f count-chain.jq FILE
def figures: {
    name: .[0][0],
    conversions: (map(select(.[1] == "ConversionSent")) | length),
    verified: (map(select(.[1] == "ConversionVerified")) | length),
    sales: (map(select(.[2] != null)) | length),
    revenue: (map(select(.[2] != null)) | group_by(.[3]) | map({key: .[0][3], value: (map(.[2] * 100 | round) | add)}) | from_entries)
  };

# Of each line what is needed: what brought the customer, the event, the money.
[inputs | objects | select(.SchemaVersion == 1 and (.Event == "ConversionSent" or .Event == "ConversionVerified" or .Amount != null))
  | [.PartnerKey // "(none)", .Event, .Amount, .Currency // "(none)", .SubIds]]
| {
    partner: (map(.[0:4]) | group_by(.[0]) | map(figures)),
    subid: (map((.[4] // "(none)" | split("|")[]) as $name | [$name, .[1], .[2], .[3]]) | group_by(.[0]) | map(figures))
  }
