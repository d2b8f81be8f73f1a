namespace ClaudeBatch.Simulation;

/// <summary>
/// The death of a simulated process. It unwinds, so that its <c>finally</c> blocks run; a process that is really killed runs none
/// (ClaudeBatch.Crash.Tests).
/// </summary>
internal sealed class ProcessDied : Exception;
