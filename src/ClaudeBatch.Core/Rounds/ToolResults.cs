using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Ledger.Files;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch.Core.Rounds;

/// <summary>The files with what calls of tools gave, each as the block that the next round has.</summary>
internal sealed class ToolResults(JobLedger ledger) : IDisposable
{
    private static readonly byte[] s_lineEnd = "\n"u8.ToArray();

    private readonly PayloadFiles _files = new();

    private (long Batch, LedgerFile File)? _open;

    /// <summary>Adds the block of a call. It is on the disk after <see cref="FlushToDisk"/>.</summary>
    public ToolCallRecord Add(BatchRecord batch, ToolCallRecord call, ToolOutcome outcome)
    {
        byte[] block = ToolResultBlock.Of(call.CallId, outcome.Text, outcome.IsError);
        LedgerFile file = Open(batch);
        ToolCallRecord done = call with
        {
            State = ToolCallState.Done,
            IsError = outcome.IsError,
            Duration = outcome.Duration,
            OutputOffset = file.Position,
            OutputLength = block.Length,
            OutputDigest = PayloadDigest.Of(block),
        };
        file.Write(block);
        file.Write(s_lineEnd);
        return done;
    }

    public void FlushToDisk() => _open?.File.FlushToDisk();

    /// <summary>Reads the block of a call that is done.</summary>
    /// <exception cref="ClaudeBatchException"><c>ToolResultsChanged</c>, <c>PayloadRemoved</c>.</exception>
    public byte[] Read(BatchRecord batch, ToolCallRecord call)
    {
        string path = ledger.Folder.ToolResults(batch.JobId, batch.Part);
        byte[] block = GC.AllocateUninitializedArray<byte>(call.OutputLength);
        return _files.TryRead(path, call.OutputOffset!.Value, block, call.OutputDigest)
            ? block
            : throw new ClaudeBatchException(
                FailureKind.InvalidData,
                "ToolResultsChanged",
                $"'{path}' was changed, and what the call '{call.CallId}' gave is not what was written. Nothing was sent. Put the "
                    + "file back from a backup.")
            { Target = path };
    }

    public void Dispose()
    {
        _files.Dispose();
        _open?.File.Dispose();
    }

    private LedgerFile Open(BatchRecord batch)
    {
        if (_open is { } open && open.Batch == batch.Id)
        {
            return open.File;
        }

        _open?.File.Dispose();
        string path = ledger.Folder.ToolResults(batch.JobId, batch.Part);
        LedgerFile file = ledger.Folder.OpenForWriting(path, FileMode.Append, bufferSize: 1 << 16);
        _open = (batch.Id, file);
        return file;
    }
}
