using System.Text.Json.Nodes;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>The customers of the simulated vendor and which <c>customer_key</c> has had its conversion. Safe for concurrent use.</summary>
internal sealed class Account(SimulatedPartnerStackOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SimulatedCustomer> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedCustomer> _byCustomerKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedCustomer> _byEmail = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _converted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _partnerByXid = new(StringComparer.Ordinal);

    private readonly AppendOnlyList<RecordedFollowUp> _followUps = new();

    /// <summary>The writes about customers that took effect, in order.</summary>
    public IReadOnlyList<RecordedFollowUp> FollowUps => _followUps.Snapshot();

    private DateTimeOffset Now => options.TimeProvider.GetUtcNow();

    /// <summary>A visitor has followed this partner's link, and was given this click id.</summary>
    public void AddClick(string xid, string partnerKey)
    {
        lock (_gate)
        {
            _partnerByXid[xid] = partnerKey;
        }
    }

    /// <summary>Those whose lag is over, in the order they were made.</summary>
    public IReadOnlyList<SimulatedCustomer> Snapshot()
    {
        lock (_gate)
        {
            var now = Now;
            return [.. _byKey.Values.Where(customer => customer.CreatedAt <= now)];
        }
    }

    /// <summary>By PartnerStack's key or the vendor's (CONTRACT.md); null while the lag runs.</summary>
    public SimulatedCustomer? Find(string identifier)
    {
        lock (_gate)
        {
            return Visible(_byCustomerKey, identifier) ?? Visible(_byKey, identifier);
        }
    }

    /// <summary>Creates a customer. A conversion whose lag still runs does not stand in its way; it will find the customer there.</summary>
    /// <returns>The customer, or null when the key or the address is taken.</returns>
    public SimulatedCustomer? Create(CustomerFields fields, Handling handling)
    {
        lock (_gate)
        {
            if ((fields.CustomerKey is { } key && Visible(_byCustomerKey, key) is not null) || Visible(_byEmail, fields.Email!) is not null)
            {
                return null;
            }

            var now = Now;
            var customer = new SimulatedCustomer
            {
                Key = NewKey(),
                CustomerKey = fields.CustomerKey,
                Email = fields.Email,
                Name = fields.Text(CustomerFields.Field.Name),
                ProviderKey = fields.Text(CustomerFields.Field.ProviderKey),
                PartnerKey = fields.Text(CustomerFields.Field.PartnerKey),
                Meta = fields.Meta ?? "{}",
                Test = options.Test ^ handling.FlipTest,
                Origin = CustomerOrigin.CustomerApi,
                CreatedAt = now,
                UpdatedAt = now,
            };
            if (handling.Commit)
            {
                Put(customer);
            }

            return customer;
        }
    }

    /// <summary>Accepts a conversion: the first of its <c>customer_key</c> makes a customer that appears after the lag.</summary>
    public ConversionEffect Convert(ConversionFields fields, TimeSpan lag, Handling handling)
    {
        lock (_gate)
        {
            if (!handling.Commit)
            {
                return ConversionEffect.None;
            }

            // Asked of the set first: a customer that was deleted has had its conversion all the same.
            if (!_converted.Add(fields.CustomerKey) || Visible(_byCustomerKey, fields.CustomerKey) is not null)
            {
                return ConversionEffect.Ignored;
            }

            var appears = Now + lag;
            Put(new()
            {
                Key = NewKey(),
                CustomerKey = fields.CustomerKey,
                Email = fields.Email,
                Name = fields.Name,
                ProviderKey = fields.ProviderKey,
                PartnerKey = _partnerByXid.GetValueOrDefault(fields.Xid) ?? $"partner_of_{fields.Xid}",
                Meta = fields.Meta,
                SubIds = fields.SubIds,
                Xid = fields.Xid,
                Test = options.Test ^ handling.FlipTest,
                Origin = CustomerOrigin.Conversion,
                CreatedAt = appears,
                UpdatedAt = appears,
            });
            return ConversionEffect.Landed;
        }
    }

    /// <summary>Changes the fields that are given.</summary>
    public SimulatedCustomer? Update(string identifier, CustomerFields fields, Handling handling, string bodyText)
    {
        lock (_gate)
        {
            if (Find(identifier) is not { } customer)
            {
                return null;
            }

            var changed = customer with
            {
                CustomerKey = Changed(CustomerFields.Field.CustomerKey, customer.CustomerKey),
                Email = Changed(CustomerFields.Field.Email, customer.Email),
                Name = Changed(CustomerFields.Field.Name, customer.Name),
                ProviderKey = Changed(CustomerFields.Field.ProviderKey, customer.ProviderKey),
                PartnerKey = Changed(CustomerFields.Field.PartnerKey, customer.PartnerKey),
                Meta = Merged(customer.Meta, fields.Meta),
                UpdatedAt = Now,
            };
            if (handling.Commit)
            {
                Remove(customer);
                Put(changed);
                _followUps.Add(_ => new RecordedFollowUp(customer.CustomerKey ?? customer.Key, "customers", bodyText));
            }

            return changed;
        }

        string? Changed(string field, string? current) => fields.Given.Contains(field) ? fields.Text(field) : current;
    }

    /// <summary>A write about a customer who is known.</summary>
    public void Note(RecordedFollowUp followUp, Handling handling)
    {
        if (handling.Commit)
        {
            _followUps.Add(_ => followUp);
        }
    }

    /// <summary>Removes a customer; its <c>customer_key</c> stays used for conversions.</summary>
    public SimulatedCustomer? Delete(string identifier, Handling handling)
    {
        lock (_gate)
        {
            if (Find(identifier) is { } customer)
            {
                if (handling.Commit)
                {
                    Remove(customer);
                }

                return customer;
            }

            return null;
        }
    }

    /// <summary>Forgets customers and conversions. The clicks stay: what a vendor's site has kept of them is still good.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _followUps.Clear();
            _byKey.Clear();
            _byCustomerKey.Clear();
            _byEmail.Clear();
            _converted.Clear();
        }
    }

    private static string Merged(string current, string? changes)
    {
        if (changes is null)
        {
            return current;
        }

        var merged = JsonNode.Parse(current)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
        {
            merged[name] = value?.DeepClone();
        }

        return merged.ToJsonString();
    }

    private SimulatedCustomer? Visible(Dictionary<string, SimulatedCustomer> index, string key) =>
        index.TryGetValue(key, out var customer) && customer.CreatedAt <= Now ? customer : null;

    private void Put(SimulatedCustomer customer)
    {
        // What an earlier conversion put there is still waiting for its lag, or it would have been seen.
        if (customer.CustomerKey is { } key && _byCustomerKey.TryGetValue(key, out var waiting))
        {
            Remove(waiting);
        }

        _byKey[customer.Key] = customer;
        if (customer.CustomerKey is { } customerKey)
        {
            _byCustomerKey[customerKey] = customer;
        }

        if (customer.Email is { } email)
        {
            _byEmail[email] = customer;
        }
    }

    private void Remove(SimulatedCustomer customer)
    {
        _byKey.Remove(customer.Key);
        if (customer.CustomerKey is { } key)
        {
            _byCustomerKey.Remove(key);
        }

        if (customer.Email is { } email && _byEmail.TryGetValue(email, out var holder) && holder.Key == customer.Key)
        {
            _byEmail.Remove(email);
        }
    }

    private string NewKey() => "cus_" + RandomKey.From(options.Random);
}
