namespace ClaudeBatch.Emulator.Identity;

/// <summary>Why an exchange is refused. The caller is not told; the account's history is.</summary>
internal sealed class ExchangeRefusal(string reason) : Exception(reason);
