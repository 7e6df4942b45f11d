namespace ProxyShim.Conversions;

/// <summary>DESIGN.md, "What each answer of the Conversion API means", as code: the one place that judges.</summary>
internal static class ResponseClassifier
{
    /// <summary>The meaning of a status code.</summary>
    public static AttemptResult Classify(int status) => status switch
    {
        >= 200 and < 300 => AttemptResult.Sent,
        >= 300 and < 400 or 401 or 403 => AttemptResult.Misconfigured,
        408 or 425 or 429 => AttemptResult.NotDelivered,

        // "Known already" may well mean: from an attempt of ours that we believe lost.
        409 => AttemptResult.Ambiguous,
        // A proxy on the way hung up on the server that was at work: nginx's name for it
        // (https://github.com/nginx/nginx/blob/master/src/http/ngx_http_request.h), and AWS's load balancers'
        // (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html).
        499 or 460 => AttemptResult.Ambiguous,
        >= 400 and < 500 => AttemptResult.Refused,

        // What HTTP defines, but for those of a gateway that got no good answer (502, 504): a server that says it has not done the work.
        // https://www.iana.org/assignments/http-status-codes
        500 or 501 or 503 or (>= 505 and <= 511) => AttemptResult.NotDelivered,

        // Cloudflare: connection refused, no route, TLS handshake failed, certificate refused: no request was made.
        // Not 522, which also stands for a request that was sent and not acknowledged.
        // https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
        521 or 523 or 525 or 526 => AttemptResult.NotDelivered,

        // Any other: an edge's word for an origin that may have done the work before its answer got lost (520 and 524, say), or one that is not known.
        _ => AttemptResult.Ambiguous,
    };

    /// <summary>The meaning of an attempt that ended without a status.</summary>
    /// <param name="bytesWentOut">Whether any of the body was handed to a connection: before that, no server can have read a conversion.</param>
    public static AttemptResult ClassifyFailure(bool bytesWentOut) => bytesWentOut ? AttemptResult.Ambiguous : AttemptResult.NotDelivered;
}
