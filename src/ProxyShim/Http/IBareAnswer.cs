namespace ProxyShim.Http;

/// <summary>A connection whose next answer the server writes by itself, past all stages: a status, no body, and no word of who answered.</summary>
internal interface IBareAnswer
{
    /// <summary>Has that answer written as the shim writes its own.</summary>
    /// <param name="status">Its status; another answer stays as it is.</param>
    /// <param name="outcome">What became of the request.</param>
    /// <param name="hasBody">Whether the request lets its answer have a body.</param>
    void Complete(int status, string outcome, bool hasBody);
}
