namespace ClaudeBatch.Core.Identity;

/// <summary>What became of a call for a token.</summary>
/// <param name="Token">The new token; null where there is none.</param>
/// <param name="RefreshToken">The refresh token to use from now on, where the service has given one; null otherwise.</param>
/// <param name="Failure">Why there is no token; null where there is one.</param>
/// <param name="Use">What the call means for the proof that was sent with it.</param>
internal sealed record TokenReply(AccessToken? Token, string? RefreshToken, ClaudeBatchException? Failure, ProofUse Use);

/// <summary>What a call for a token means for the proof that was sent with it, which may be good for one use.</summary>
internal enum ProofUse
{
    /// <summary>The service has not seen it, or has not looked at it.</summary>
    None,

    /// <summary>It was exchanged for a token.</summary>
    Exchanged,

    /// <summary>The service has refused it.</summary>
    Refused,

    /// <summary>It was sent, and it is not known what became of it.</summary>
    Unknown,
}
