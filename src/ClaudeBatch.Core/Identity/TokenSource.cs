namespace ClaudeBatch.Core.Identity;

/// <summary>Where access tokens come from: an exchange or a refresh, and the file that keeps the last one for all processes.</summary>
public abstract class TokenSource
{
    /// <summary>Whose tokens they are and where they come from, for people.</summary>
    public abstract string Description { get; }

    /// <summary>What to do where the service does not take a new token either: a sentence for people.</summary>
    public abstract string Advice { get; }

    /// <summary>The full path of the file that keeps the token.</summary>
    public abstract string Path { get; }

    /// <summary>Whether the workspace is named in each call.</summary>
    public abstract bool NamesWorkspace { get; }

    /// <summary>Whether a script has to run for a new token, which it may do between the steps of a job alone.</summary>
    public virtual bool NeedsPipeline => false;

    /// <summary>
    /// Looks, without a call to anybody, whether there is what the next token takes; null where it is, or cannot be told without a call.
    /// </summary>
    public virtual Task<ClaudeBatchException?> FaultAsync(CancellationToken cancellationToken)
        => Task.FromResult<ClaudeBatchException?>(null);

    /// <summary>Reads the token that is kept; null where there is none.</summary>
    /// <exception cref="ClaudeBatchException">The file cannot be used, and why.</exception>
    internal abstract AccessToken? Read(SecretKeeper secrets);

    /// <summary>
    /// Obtains a token, alone among all processes of this user. Where another process has meanwhile stored one, that is taken.
    /// </summary>
    /// <param name="isOld">Tells whether a token is one that a new one is wanted for.</param>
    /// <param name="secrets">Told each secret that is read, so that it is left out of what is said.</param>
    /// <param name="cancellationToken">Ends the wait for another process, and the call.</param>
    /// <exception cref="ClaudeBatchException">There is no token, and why.</exception>
    internal abstract Task<AccessToken> ObtainAsync(Func<string, bool> isOld, SecretKeeper secrets, CancellationToken cancellationToken);
}
