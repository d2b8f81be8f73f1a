using ClaudeBatch.Core.Models;

namespace ClaudeBatch.Sessions;

/// <summary>The models this process knows: those that came with the module, and what Get-ClaudeBatchModel -Refresh has learned.</summary>
internal static class Models
{
    public static ModelCatalog Current { get; set; } = ModelCatalog.Shipped;
}
