namespace ClaudeBatch.Core.Running;

/// <summary>How important a note is.</summary>
public enum NoteWeight
{
    /// <summary>A detail, which is shown with -Verbose.</summary>
    Detail,

    /// <summary>Information for a person who watches the job.</summary>
    Information,

    /// <summary>A person should know it, and the work continues without them.</summary>
    Warning,

    /// <summary>The work does not continue until a person acts.</summary>
    Error,
}
