using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <summary>
/// Names the ledger's keys. A partition's keys share a hash tag, so that Redis Cluster keeps them in one slot and a script may touch them all
/// (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags).
/// </summary>
internal sealed class LedgerKeys
{
    private readonly Partition[] _partitions;

    /// <param name="prefix"><c>Redis:KeyPrefix</c>.</param>
    /// <param name="test">Whether the token is the test environment's: a trial never burns a real customer.</param>
    public LedgerKeys(string prefix, bool test)
    {
        var environment = $"{prefix}{(test ? "test" : "live")}:";
        Format = $"{environment}format";
        Rollout = $"{environment}rollout";
        _partitions = [.. Enumerable.Range(0, ConversionId.Partitions).Select(number => new Partition(environment, number))];
    }

    /// <summary>Holds the version of the ledger's format.</summary>
    public RedisKey Format { get; }

    /// <summary>What a person has set for all replicas: how far the switch-over has come.</summary>
    public RedisKey Rollout { get; }

    /// <summary>What the scripts know as KEYS: conversion, body, due, unverified, dead, held.</summary>
    public RedisKey[] Of(ConversionId id)
    {
        var partition = _partitions[id.Partition];
        RedisKey hash = id.Hash;
        return [hash.Prepend(partition.Conversions), hash.Prepend(partition.Bodies), partition.Due, partition.Unverified, partition.Dead, partition.Held];
    }

    /// <summary>The first three of them: each costs Redis as much as an argument does, and a claim needs no more.</summary>
    public RedisKey[] OfClaim(ConversionId id) => [EntryOf(id), BodyOf(id), _partitions[id.Partition].Due];

    /// <summary>Those that a claim stands in, and then what was sent: conversion, due, unverified.</summary>
    public RedisKey[] OfSentByHolder(ConversionId id) => [EntryOf(id), _partitions[id.Partition].Due, _partitions[id.Partition].Unverified];

    /// <summary>All of them, and behind them the customer's kept calls, and the partition's customers with calls that wait, to be played, and its dead calls.</summary>
    public RedisKey[] OfCalls(ConversionId id)
    {
        var partition = _partitions[id.Partition];
        return [.. Of(id), CallsOf(id), partition.Waiting, partition.Playing, partition.Letters];
    }

    /// <summary>A customer's kept calls alone.</summary>
    public RedisKey CallsOf(ConversionId id) => ((RedisKey)id.Hash).Prepend(_partitions[id.Partition].Calls);

    /// <summary>A customer's entry alone.</summary>
    public RedisKey EntryOf(ConversionId id) => ((RedisKey)id.Hash).Prepend(_partitions[id.Partition].Conversions);

    /// <summary>A customer's stored request alone.</summary>
    public RedisKey BodyOf(ConversionId id) => ((RedisKey)id.Hash).Prepend(_partitions[id.Partition].Bodies);

    /// <summary>A partition's dead letters alone.</summary>
    public RedisKey DeadOf(int number) => _partitions[number].Dead;

    /// <summary>A partition's dead calls alone.</summary>
    public RedisKey LettersOf(int number) => _partitions[number].Letters;

    /// <summary>Those of a partition's indexes whose scores are times to come.</summary>
    public RedisKey[] SchedulesOf(int number) =>
        [_partitions[number].Due, _partitions[number].Unverified, _partitions[number].Held, _partitions[number].Playing];

    /// <summary>All of a script's keys, for one that names no conversion.</summary>
    public RedisKey[] OfPartition(int number)
    {
        var partition = _partitions[number];
        return
        [
            partition.Conversions, partition.Bodies, partition.Due, partition.Unverified, partition.Dead, partition.Held,
            partition.Calls, partition.Waiting, partition.Playing, partition.Letters,
        ];
    }

    /// <summary>The same for a script that tries what the others do, and touches nothing of theirs.</summary>
    public RedisKey[] OfProbe(int number)
    {
        var tag = _partitions[number].Probe;
        return [tag + "conversion", tag + "body", tag + "due", tag + "unverified", tag + "dead", tag + "held"];
    }

    private sealed class Partition
    {
        public Partition(string environment, int number)
        {
            var tag = string.Create(CultureInfo.InvariantCulture, $"{environment}{{p{number:00}}}:");

            // As bytes: a key that is made of prefix and hash is then written without being put together first.
            Conversions = Encoding.UTF8.GetBytes(tag + "conversion:");
            Bodies = Encoding.UTF8.GetBytes(tag + "body:");
            Due = tag + "due";
            Unverified = tag + "unverified";
            Dead = tag + "dead";
            Held = tag + "held";
            Calls = Encoding.UTF8.GetBytes(tag + "calls:");
            Waiting = tag + "waiting";
            Playing = tag + "playing";
            Letters = tag + "letters";
            Probe = tag + "probe:";
        }

        public RedisKey Conversions { get; }

        public RedisKey Bodies { get; }

        public RedisKey Due { get; }

        public RedisKey Unverified { get; }

        public RedisKey Dead { get; }

        /// <summary>Not <c>due</c>: an older version takes whatever stands there, and would send it without a click.</summary>
        public RedisKey Held { get; }

        public RedisKey Calls { get; }

        public RedisKey Waiting { get; }

        public RedisKey Playing { get; }

        public RedisKey Letters { get; }

        /// <summary>What the names of a probe's keys begin with.</summary>
        public string Probe { get; }
    }
}
