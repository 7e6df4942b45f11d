namespace ProxyShim.Tests.Ledger.Model;

/// <summary>What can happen next in a <see cref="ModelRun"/>.</summary>
internal enum Act
{
    /// <summary>A legacy app posts the customer; the actor claims, or learns that the customer is known.</summary>
    Post,

    /// <summary>A worker takes the customer's job.</summary>
    Take,

    /// <summary>A worker takes the customer's held creation.</summary>
    Seek,

    /// <summary>The worker looks for the click, and hands the original request over where none will come any more.</summary>
    Look,

    /// <summary>An actor that holds a lease makes an attempt at the Conversion API, or hands the original request to the Customer API.</summary>
    Send,

    /// <summary>An actor that knows how its attempt ended tells the ledger, and the caller if one waits.</summary>
    Settle,

    /// <summary>An actor tells the ledger what it could not be told before.</summary>
    Report,

    /// <summary>A reader takes the customer's read-back.</summary>
    Review,

    /// <summary>A reader asks the Customer API.</summary>
    Read,

    /// <summary>A reader tells the ledger what it found.</summary>
    Judge,

    /// <summary>An actor forgets everything.</summary>
    Crash,

    /// <summary>Whatever the customer's entry waits for has come.</summary>
    PassTime,

    /// <summary>The customer is deleted.</summary>
    Erase,

    /// <summary>An operator replays the customer's dead letter.</summary>
    Replay,

    /// <summary>An operator discards the customer's dead letter.</summary>
    Discard,
}
