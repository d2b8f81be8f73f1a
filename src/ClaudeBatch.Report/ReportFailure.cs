using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch.Report;

/// <summary>The requests of a job that have no usable answer for one reason.</summary>
/// <param name="Reason">The reason in a few words.</param>
/// <param name="HasAnswer">Whether they have an answer, which cannot be used as it is.</param>
/// <param name="FailureClass">What can be done about it.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Samples">Some of them.</param>
public sealed record ReportFailure(
    string Reason, bool HasAnswer, FailureClass FailureClass, long Count, IReadOnlyList<ReportSample> Samples);
