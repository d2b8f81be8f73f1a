namespace ClaudeBatch.Report;

/// <summary>Takes the next bytes of the page.</summary>
public delegate void ReportSink(ReadOnlySpan<byte> bytes);
