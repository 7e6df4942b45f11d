namespace ProxyShim.Clicks.Import;

/// <summary>A file cannot be read on; the message says why. What was written before stays, and the file can be read again from its beginning.</summary>
internal sealed class ImportException(string message) : Exception(message);
