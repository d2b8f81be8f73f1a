namespace ClaudeBatch.Core.Ledger.Files;

/// <summary>
/// A file of the ledger that is open for writing. A failure of the disk becomes a <see cref="ClaudeBatchException"/> here, so that it is
/// never taken for a failure of the network.
/// </summary>
/// <param name="file">The open file, which is disposed together with this object.</param>
public class LedgerFile(FileStream file) : IDisposable
{
    public string Name => file.Name;

    /// <summary>The offset in bytes at which the next write begins.</summary>
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

    /// <summary>Called before each write with its number of bytes. Tests override it to imitate a full disk.</summary>
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
            // All that must last was flushed before, and a failure was thrown then. What is left in the buffer is not needed.
        }
    }
}
