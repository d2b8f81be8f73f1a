namespace ClaudeBatch.Core.Ledger.Files;

/// <summary>A file of the ledger that is being written. What the disk refuses is told in our words, and never taken for the network's fault.</summary>
/// <param name="file">The file; it belongs to this one.</param>
public class LedgerFile(FileStream file) : IDisposable
{
    public string Name => file.Name;

    /// <summary>Where the next byte goes.</summary>
    public long Position => file.Position;

    /// <exception cref="ClaudeBatchException"><c>LedgerFull</c>, <c>LedgerNotWritable</c>.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            BeforeWrite(bytes.Length);
            file.Write(bytes);
        }
        catch (IOException e)
        {
            throw LedgerFolder.NotWritable(Name, e);
        }
    }

    /// <summary>Waits until what was written is on the disk.</summary>
    /// <exception cref="ClaudeBatchException"><c>LedgerFull</c>, <c>LedgerNotWritable</c>.</exception>
    public void FlushToDisk()
    {
        try
        {
            file.Flush(flushToDisk: true);
        }
        catch (IOException e)
        {
            throw LedgerFolder.NotWritable(Name, e);
        }
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Where a full disk is put under the tests.</summary>
    protected virtual void BeforeWrite(int count)
    {
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
        {
            return;
        }

        try
        {
            file.Dispose();
        }
        catch (IOException)
        {
            // What matters was flushed before, or its failure was told then; what is left in the buffer belongs to nothing.
        }
    }
}
