using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Retries;

/// <summary>
/// Changed requests that will be sent again, in a file until the retry is planned. A script block may take long to change them, and no lock
/// is held meanwhile.
/// </summary>
public sealed class RewrittenRequests : IDisposable
{
    private readonly Dictionary<long, (long Offset, int Length, long Digest, int Schema)> _places = [];

    private readonly InputRules _rules;

    private readonly SchemaStore _schemas;

    private readonly LedgerFile _file;

    private readonly PayloadFiles _written = new();

    private readonly string _path;

    /// <summary>Creates the file.</summary>
    /// <param name="ledger">The open ledger.</param>
    /// <param name="job">The job.</param>
    /// <param name="rules">The rules that each changed request is checked by.</param>
    /// <param name="outputSchema">The schema, as it was given, of a template that requests are made anew with; empty where there is none.
    /// Requests that are only changed keep the schema they had.</param>
    public RewrittenRequests(JobLedger ledger, JobRecord job, InputRules rules, ReadOnlyMemory<byte> outputSchema = default)
    {
        _rules = rules;
        _path = Path.Combine(ledger.Folder.Job(job.Id), $"rewritten-{Guid.NewGuid():N}.tmp");
        _file = ledger.Folder.OpenForWriting(_path, FileMode.CreateNew);
        _schemas = new SchemaStore(ledger.Folder, job.Id);
        if (!outputSchema.IsEmpty)
        {
            _schemas.NumberOf(outputSchema.Span);
        }
    }

    /// <summary>Whether the requests are made anew of their rows, so that their conversations begin again.</summary>
    public bool IsAnew { get; init; }

    public int Count => _places.Count;

    /// <summary>Adds a changed request, which is sent in place of the one of that row.</summary>
    /// <returns>The fault for which it cannot be sent; null when it was added.</returns>
    public RequestFault? Add(long row, string customId, ReadOnlySpan<byte> item)
    {
        RequestFacts? facts = null;
        RequestFault? fault = _rules.OfEnvelope(customId, item.Length);
        if (fault is null && (facts = _rules.OfFields(item)) is not null && facts.Faults.Any(static f => f.IsError))
        {
            fault = facts.Faults.First(static f => f.IsError);
        }

        if (fault is null)
        {
            int schema = facts?.OutputSchema is { } where ? _schemas.NumberOf(item[where]) : 0;
            _places[row] = (_file.Position, item.Length, PayloadDigest.Of(item), schema);
            _file.Write(item);
        }

        return fault;
    }

    /// <summary>Ends adding: writes all bytes to the disk, so that they can be read.</summary>
    public void Complete()
    {
        _file.FlushToDisk();
        _schemas.FlushToDisk();
    }

    public void Dispose()
    {
        _file.Dispose();
        _schemas.Dispose();
        _written.Dispose();
        File.Delete(_path);
    }

    internal bool TryFind(long row, out int length, out int schema)
    {
        bool isThere = _places.TryGetValue(row, out (long Offset, int Length, long Digest, int Schema) place);
        (length, schema) = (place.Length, place.Schema);
        return isThere;
    }

    /// <summary>Reads the changed request of a row that is there.</summary>
    /// <exception cref="ClaudeBatchException"><c>SpoolChanged</c>.</exception>
    internal void Read(long row, Span<byte> bytes)
    {
        (long offset, _, long digest, _) = _places[row];
        if (!_written.TryRead(_path, offset, bytes, digest))
        {
            throw new ClaudeBatchException(
                FailureKind.InvalidData,
                FailureCause.SpoolChanged,
                $"'{_path}' was changed while the retry was planned; nothing was sent. Run the line again.")
            { Target = _path };
        }
    }
}
