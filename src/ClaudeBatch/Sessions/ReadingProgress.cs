using System.Globalization;
using System.Management.Automation;

namespace ClaudeBatch.Sessions;

/// <summary>Shows a progress bar while an input is read, which is as long as whoever pipes it takes.</summary>
internal sealed class ReadingProgress(Action<ProgressRecord> writeRecord)
{
    // Not that of a job's bar, which may stay meanwhile.
    private const int Id = 20259;

    private const int MillisecondsBetween = 500;

    // A look at the clock for each row would cost more than the rest of this.
    private const long RowsBetween = 256;

    private long _next = Environment.TickCount64 + MillisecondsBetween;

    private bool _isShown;

    /// <param name="job">The name of the job.</param>
    /// <param name="rows">How many rows were read.</param>
    public void Update(string? job, long rows)
    {
        if (rows % RowsBetween != 0 || Environment.TickCount64 < _next)
        {
            return;
        }

        _next = Environment.TickCount64 + MillisecondsBetween;
        _isShown = true;
        writeRecord(new ProgressRecord(Id, $"Reading the input of job '{job}'", string.Create(
            CultureInfo.CurrentCulture, $"{rows:N0} requests; nothing is sent before its end")));
    }

    public void Complete()
    {
        if (_isShown)
        {
            writeRecord(new ProgressRecord(Id, "Reading", "Done") { RecordType = ProgressRecordType.Completed });
            _isShown = false;
        }
    }
}
