using StackExchange.Redis;

namespace ProxyShim.Redis.Health;

/// <summary>What the calls at the gate have learned of Redis.</summary>
/// <remarks>A refusal is not forgotten when another call succeeds: with its memory full, Redis answers every look-up and takes no conversion.</remarks>
internal sealed class RedisNews
{
    private volatile bool _hasAnswered;
    private volatile RedisTrouble? _refusal;
    private volatile bool _isLate;

    /// <summary>Whether it has ever answered, be it by a refusal.</summary>
    public bool HasAnswered => _hasAnswered;

    /// <summary>What it refuses, until a check has shown that it does so no more.</summary>
    public RedisTrouble? Refusal => _refusal;

    /// <summary>Whether the last call that failed had no answer in time.</summary>
    public bool IsLate => _isLate;

    /// <summary>A call was answered.</summary>
    public void Succeeded()
    {
        if (!_hasAnswered)
        {
            _hasAnswered = true;
        }
    }

    /// <summary>A call was not answered, or refused.</summary>
    public void Failed(Exception exception)
    {
        _isLate = exception is TimeoutException;
        if (exception is RedisServerException or RedisRefusedException)
        {
            _hasAnswered = true;
            _refusal = RedisReplies.RefusalOf(exception) ?? _refusal;
        }
    }

    /// <summary>A check has shown that nothing is refused.</summary>
    public void Checked()
    {
        _hasAnswered = true;
        _refusal = null;
    }
}
