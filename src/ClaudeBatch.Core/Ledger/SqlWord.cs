namespace ClaudeBatch.Core.Ledger;

/// <summary>The names of enum members that SQL statements contain, with the quotes of SQL.</summary>
internal static class SqlWord
{
    public const string Draft = $"'{nameof(BatchState.Draft)}'";

    public const string Spooled = $"'{nameof(BatchState.Spooled)}'";

    public const string Uploading = $"'{nameof(BatchState.Uploading)}'";

    public const string Unconfirmed = $"'{nameof(BatchState.Unconfirmed)}'";

    public const string InProgress = $"'{nameof(BatchState.InProgress)}'";

    public const string Canceling = $"'{nameof(BatchState.Canceling)}'";

    public const string Downloaded = $"'{nameof(BatchState.Downloaded)}'";

    public const string Collected = $"'{nameof(BatchState.Collected)}'";

    public const string Rejected = $"'{nameof(BatchState.Rejected)}'";

    public const string Abandoned = $"'{nameof(BatchState.Abandoned)}'";

    /// <summary>The states of a batch for which nothing is left to do, with commas between them.</summary>
    public const string FinalStates
        = $"{Collected}, {Rejected}, '{nameof(BatchState.Lost)}', {Abandoned}, '{nameof(BatchState.Deleted)}'";

    public const string Confirmed = $"'{nameof(Adoption.Confirmed)}'";

    public const string Succeeded = $"'{nameof(Outcome.Succeeded)}'";

    public const string Missing = $"'{nameof(Outcome.Missing)}'";

    public const string OperatorFixable = $"'{nameof(FailureClass.OperatorFixable)}'";
}
