using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Submission;

/// <summary>The sealed requests of a job, compact, so that the same line run again sends nothing again.</summary>
internal sealed class KnownRequests
{
    private readonly Dictionary<UInt128, Known> _byId = [];

    private readonly HashSet<UInt128> _refused = [];

    public static KnownRequests Load(JobLedger ledger, JobRecord job)
    {
        const int page = 10_000;
        KnownRequests known = new();
        if (job.SealedRows == 0)
        {
            return known;
        }

        HashSet<long> unsent = [.. ledger.Database.Read(
            $"""
            SELECT a.row FROM batch b JOIN attempt a ON a.batch_id = b.id
            WHERE b.job_id = $job AND b.state IN ('Rejected', 'Abandoned') AND {AttemptBooks.IsLast}
            """,
            static row => row.Number(0),
            ("$job", job.Id))];
        long last = -1;
        IReadOnlyList<RequestRecord> requests;
        do
        {
            requests = ledger.Attempts.Requests(job.Id, last, page);
            foreach (RequestRecord request in requests)
            {
                UInt128 digest = ContentDigest.Read(request.Digest);
                if (request.Refusal is null)
                {
                    _ = known._byId.TryAdd(ContentDigest.Of(request.CustomId), new Known((int)request.Row, digest, unsent.Contains(request.Row)));
                }
                else
                {
                    known._refused.Add(digest);
                }

                last = request.Row;
            }
        }
        while (requests.Count == page);

        return known;
    }

    public bool TryFind(UInt128 idDigest, out Known known) => _byId.TryGetValue(idDigest, out known);

    /// <summary>A row like this was refused before; it is reported again but not kept twice.</summary>
    public bool WasRefused(UInt128 digest) => _refused.Contains(digest);

    /// <param name="Row">Its place in the input.</param>
    /// <param name="Digest">Of its exact bytes.</param>
    /// <param name="IsUnsent">The service has refused its batch, or a person has abandoned it.</param>
    internal readonly record struct Known(int Row, UInt128 Digest, bool IsUnsent);
}
