namespace ClaudeBatch.Core.Input;

/// <summary>What the engine did with a row of the input.</summary>
public enum InputVerdict
{
    /// <summary>The request will be sent.</summary>
    Accepted,

    /// <summary>The job has the same request already, so this one is not sent.</summary>
    AlreadyThere,

    /// <summary>The request cannot be sent. The row is recorded with the reason.</summary>
    Refused,

    /// <summary>The job has a different request with the same custom id, so nothing of this input will be sent.</summary>
    Conflict,
}
