using System.Collections;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Core.Input;

/// <summary>
/// The sealed requests of a job, in about 50 bytes each. They are compared with a new input, so that a command that is run again sends
/// nothing twice.
/// </summary>
internal sealed class KnownRequests
{
    private readonly Dictionary<ContentDigest, Entry> _byId;

    private readonly HashSet<ContentDigest> _refused = [];

    private readonly BitArray _unsent;

    private readonly BitArray _seen;

    private readonly BitArray _inFlight;

    // What unsent rows were when they were answered, with the part that has replaced them since.
    private readonly Dictionary<(int Row, ContentDigest Digest), long> _answered = [];

    private KnownRequests(int rows)
    {
        _byId = new Dictionary<ContentDigest, Entry>(rows); // with the final capacity, it does not hold two copies while it grows
        _unsent = new BitArray(rows);
        _seen = new BitArray(rows);
        _inFlight = new BitArray(rows);
    }

    /// <summary>How many requests the job has.</summary>
    public long Count => _byId.Count;

    /// <summary>How many of them were met in this input.</summary>
    public long SeenCount { get; private set; }

    /// <param name="ledger">The ledger.</param>
    /// <param name="job">The job.</param>
    /// <param name="withInFlight">Whether it is asked later which requests are in flight.</param>
    public static KnownRequests Load(JobLedger ledger, JobRecord job, bool withInFlight)
    {
        const int page = 10_000;
        KnownRequests known = new((int)job.SealedRows);
        if (job.SealedRows == 0)
        {
            return known;
        }

        foreach (long row in ledger.Attempts.UnsentRows(job.Id))
        {
            known._unsent[(int)row] = true;
        }

        foreach ((long row, long part, byte[] digest) in ledger.Attempts.AnsweredBefore(job.Id))
        {
            known._answered[((int)row, ContentDigest.Read(digest))] = part;
        }

        foreach (long row in withInFlight ? ledger.Attempts.RowsInFlight(job.Id) : [])
        {
            known._inFlight[(int)row] = true;
        }

        long last = -1;
        IReadOnlyList<RequestRecord> requests;
        do
        {
            requests = ledger.Attempts.Requests(job.Id, last, page);
            foreach (RequestRecord request in requests)
            {
                known.Add(request);
                last = request.Row;
            }
        }
        while (requests.Count == page);

        return known;
    }

    public bool TryFind(ContentDigest idDigest, out Known known)
    {
        bool isThere = _byId.TryGetValue(idDigest, out Entry entry);
        known = isThere ? new Known(entry.Row, entry.Digest, _unsent[entry.Row], _inFlight[entry.Row]) : default;
        return isThere;
    }

    /// <summary>
    /// Gives the part that was to replace a request that has an answer, and was never sent; null where the row was not answered with this
    /// content.
    /// </summary>
    public long? PartAfterAnswer(int row, ContentDigest digest) => _answered.TryGetValue((row, digest), out long part) ? part : null;

    /// <summary>Marks a row of the job as met in this input.</summary>
    /// <returns>True when the row was met for the first time.</returns>
    public bool TrySee(int row)
    {
        bool isFirst = !_seen[row];
        _seen[row] = true;
        SeenCount += isFirst ? 1 : 0;
        return isFirst;
    }

    /// <summary>Tells whether a row of the job was met in this input.</summary>
    public bool WasSeen(long row) => _seen[(int)row];

    /// <summary>
    /// Tells whether a row with the same bytes was refused before. Such a row is reported again, but not recorded a second time.
    /// </summary>
    public bool WasRefused(ContentDigest digest) => _refused.Contains(digest);

    private void Add(RequestRecord request)
    {
        ContentDigest digest = ContentDigest.Read(request.Digest);
        if (request.Refusal is null)
        {
            _ = _byId.TryAdd(ContentDigest.OfId(request.CustomId), new Entry((int)request.Row, digest));
        }
        else
        {
            _refused.Add(digest);
        }
    }

    /// <summary>A sealed request of the job.</summary>
    /// <param name="Row">The number of its row in the job, from 0.</param>
    /// <param name="Digest">The digest of its exact bytes; 0 where only its custom id is known.</param>
    /// <param name="IsUnsent">Whether the service has rejected its batch, or a person has abandoned it.</param>
    /// <param name="IsInFlight">Whether its last attempt has no outcome yet, and may get one.</param>
    internal readonly record struct Known(int Row, ContentDigest Digest, bool IsUnsent, bool IsInFlight);

    private readonly record struct Entry(int Row, ContentDigest Digest);
}
