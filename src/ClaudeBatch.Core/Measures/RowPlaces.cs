using System.Runtime.CompilerServices;
using ClaudeBatch.Core.Input;

namespace ClaudeBatch.Core.Measures;

/// <summary>The places of rows in the order in which they came first. Equal rows have equal ids in each job, and so one place.</summary>
public sealed class RowPlaces
{
    private readonly DigestSet _ids = new();

    public int Count => _ids.Count;

    /// <summary>Gives the place of a row, which is a new one where no job has had the row.</summary>
    [MethodImpl(Hot.AtOnce)]
    public int Of(string customId) => _ids.PlaceOf(ContentDigest.OfId(customId), out _);
}
