namespace ClaudeBatch.Core;

/// <summary>What our own decisions ask about a failure beyond its kind. Its id is for scripts, and no decision hangs on one.</summary>
public enum FailureCause
{
    /// <summary>Nothing of ours asks for it by name.</summary>
    Other,

    /// <summary>The job began at another address, in another workspace or organization.</summary>
    JobBoundElsewhere,

    /// <summary>Another process has recorded a decision about the batch since it was read.</summary>
    BatchChanged,

    /// <summary>The connection that was asked for could not be made, and no other is used.</summary>
    ConnectFailed,

    /// <summary>A file with an access token is half written, or is another file.</summary>
    CredentialsFileInvalid,

    /// <summary>The identity token at hand was sent before, and somebody or something must write a fresh one.</summary>
    IdentityTokenUsed,

    /// <summary>A part's file is gone or is not what was sealed; the other parts of the job are fine.</summary>
    SpoolChanged,
}
