using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <content>Rows that are asked in several ways.</content>
public sealed partial class AttemptBooks
{
    private static readonly string s_itsVariant = $"(SELECT variant FROM request WHERE id = {RowKey.Of("b.job_id", "a.row")})";

    /// <summary>Tells whether rows of a job are asked in several ways.</summary>
    public bool HasVariants(JobRecord job) => database.Scalar(
        $"SELECT EXISTS (SELECT 1 FROM request WHERE {RowKey.Within("id", "$job")} AND variant IS NOT NULL)", ("$job", job.Id)) != 0;

    /// <summary>
    /// Gives the variants that have answers in these batches, in the order in which they came; one without a name stands for the rows that are none.
    /// </summary>
    internal IReadOnlyList<Variant> VariantsOf(IEnumerable<long> batchIds) => database.Read(
        $"""
        SELECT {s_itsVariant} AS variant FROM {AnswersOf(batchIds)} AND model IS NOT NULL
        GROUP BY variant ORDER BY min({RowKey.Of("b.job_id", "a.row")})
        """,
        static row => new Variant(row.TextOrNull("variant")));

    /// <summary>Counts the requests that have an answer in these batches, each once.</summary>
    /// <param name="batchIds">The batches; all of their attempts count.</param>
    /// <param name="model">The model that answered; null for any.</param>
    /// <param name="variant">The variant whose requests count, or those of no variant where it says null; without it all count.</param>
    internal long Answered(IEnumerable<long> batchIds, string? model, Variant? variant) => database.Scalar(
        $"""
        SELECT count(DISTINCT {RowKey.Of("b.job_id", "a.row")}) FROM {AnswersOf(batchIds)} AND model = coalesce($model, model)
            {(variant is null ? string.Empty : $"AND {s_itsVariant} IS $variant")}
        """,
        ("$variant", variant?.Name),
        ("$model", model));
}
