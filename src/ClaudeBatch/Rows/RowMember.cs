using ClaudeBatch.Json;

namespace ClaudeBatch.Rows;

/// <summary>A property of a row, read once.</summary>
/// <param name="name">Its name.</param>
/// <param name="value">Its value, which may have PowerShell's wrapper around it.</param>
/// <param name="isKept">Whether it is in the copy that is kept beside the request.</param>
/// <param name="isOfRow">Whether it tells the row from others.</param>
internal readonly struct RowMember(string name, object? value, bool isKept, bool isOfRow = true)
{
    public string Name => name;

    public object? Value => value;

    public bool IsKept => isKept;

    public bool IsOfRow => isOfRow;

    /// <summary>Whether it is written by its value when it is written as it stands.</summary>
    public bool IsByValue => Bare is null or string || NumberText.IsByValue(Bare);

    /// <summary>Whether versions before 0.2 wrote it in the same way.</summary>
    public bool IsAsEver => value is null || (Bare is { } bare && (bare is string || EarlierIdentity.IsSame(bare)));

    private object? Bare => ForeignValue.Bare(value);
}
