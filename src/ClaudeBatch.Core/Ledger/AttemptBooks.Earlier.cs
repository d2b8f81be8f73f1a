using ClaudeBatch.Core.Ledger.Sqlite;

namespace ClaudeBatch.Core.Ledger;

/// <content>What requests were before a part was sealed that replaces them, and was never sent.</content>
public sealed partial class AttemptBooks
{
    /// <summary>
    /// Gives what requests were that have an answer, and were replaced by a part that the service has refused or a person has given up.
    /// </summary>
    /// <returns>The number of the row, the number of the part, and the digest of the request that has the answer.</returns>
    internal IReadOnlyList<(long Row, long Part, byte[] Digest)> AnsweredBefore(long jobId) => database.Read(
        $"""
        SELECT o.row AS row, e.batch_id AS part, e.digest AS digest
        FROM earlier_content e
        JOIN batch p ON p.id = e.batch_id AND p.state IN ({SqlWord.Rejected}, {SqlWord.Abandoned})
        JOIN batch b ON b.job_id = $job AND b.id < p.id
        JOIN attempt o ON o.id = {RowKey.Of("b.id", "e.request_id - ($job << 32)")}
            AND o.replaced_by = p.id AND o.outcome = {SqlWord.Succeeded}
        WHERE {RowKey.Within("e.request_id", "$job")}
        """,
        static row => (row.Number("row"), row.Number("part"), row.Bytes("digest")),
        ("$job", jobId));

    /// <summary>
    /// Makes the answered attempt of a row its last one again, and the request what it was then. The attempts after it stay in the books: the
    /// account's lists are searched for their parts.
    /// </summary>
    /// <param name="jobId">The ledger's number of the job.</param>
    /// <param name="row">The number of the row.</param>
    /// <param name="part">The ledger's number of the part that has replaced the answered attempt.</param>
    internal void GoBack(long jobId, long row, long part)
    {
        (string, object?)[] values = [("$job", jobId), ("$row", row), ("$part", part), ("$request", RowKey.Of(jobId, row))];
        const string ofRow = "id IN (SELECT (b.id << 32) + $row FROM batch b WHERE b.job_id = $job)";
        database.Execute(
            $"""
            UPDATE attempt SET replaced_by = (SELECT o.id >> 32 FROM attempt o WHERE o.{ofRow} AND o.replaced_by = $part)
            WHERE {ofRow} AND replaced_by IS NULL
            """,
            values);
        database.Execute($"UPDATE attempt SET replaced_by = NULL WHERE {ofRow} AND replaced_by = $part", values);
        database.Execute(
            """
            UPDATE request SET (digest, source_offset, source_length, source_digest, variant)
                = (SELECT digest, source_offset, source_length, source_digest, variant
                    FROM earlier_content WHERE request_id = $request AND batch_id = $part)
            WHERE id = $request
            """,
            values);
        database.Execute("DELETE FROM earlier_content WHERE request_id = $request AND batch_id >= $part", values);
    }
}
