namespace ClaudeBatch.Core.Input;

/// <summary>What became of a row of the input.</summary>
public enum InputVerdict
{
    /// <summary>It will be sent.</summary>
    Accepted,

    /// <summary>The job has the same request already; nothing is sent for it.</summary>
    AlreadyThere,

    /// <summary>It cannot be sent; kept with the reason.</summary>
    Refused,

    /// <summary>The job has another request under this id; nothing of this input will be sent.</summary>
    Conflict,
}
