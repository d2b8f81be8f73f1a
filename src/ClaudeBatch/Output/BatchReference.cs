using System.Management.Automation;
using ClaudeBatch.Core.Ledger;
using ClaudeBatch.Core.Requests;

namespace ClaudeBatch;

/// <summary>A batch or a job that a user has given as an object of this module, as one read back from a file, or by its id.</summary>
public sealed class BatchReference
{
    /// <param name="value">A Batch, a BatchJob, a BatchResult, or the id of a batch.</param>
    public BatchReference(object value)
    {
        Original = value;
        object bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        switch (bare)
        {
            case Batch batch:
                Key = batch.Key ?? batch.Id;
                break;
            case BatchJob job:
                Job = job.Name;
                break;
            case BatchResult result:
                Key = result.BatchId;
                CustomId = result.CustomId;
                IsAnswer = result.Status == nameof(Outcome.Succeeded);
                break;
            case string id:
                Key = id;
                break;
            default:
                FromDeserialized(PSObject.AsPSObject(value));
                break;
        }

        if (Key is null && Job is null)
        {
            throw new PSArgumentException($"'{value}' is not a batch, a job, a result or the id of a batch.");
        }
    }

    /// <summary>The ledger's key or the service's id of the batch; null when the reference is a job.</summary>
    public string? Key { get; private set; }

    public string? Job { get; private set; }

    /// <summary>The custom id of the request when the reference is a result; else null.</summary>
    public string? CustomId { get; private set; }

    /// <summary>Whether the reference is a result that succeeded.</summary>
    internal bool IsAnswer { get; private set; }

    /// <summary>The value that the user gave, for error records.</summary>
    internal object Original { get; }

    public override string ToString() => Key ?? Job ?? string.Empty;

    private void FromDeserialized(PSObject value)
    {
        foreach (string type in value.TypeNames)
        {
            if (type.EndsWith("ClaudeBatch.BatchJob", StringComparison.Ordinal))
            {
                Job = value.Properties["Name"]?.Value as string;
            }
            else if (type.EndsWith("ClaudeBatch.BatchResult", StringComparison.Ordinal))
            {
                Key = value.Properties["BatchId"]?.Value as string;
                CustomId = value.Properties["CustomId"]?.Value as string;
                IsAnswer = value.Properties["Status"]?.Value as string == nameof(Outcome.Succeeded);
            }
            else if (type.EndsWith("ClaudeBatch.Batch", StringComparison.Ordinal))
            {
                Key = value.Properties["Key"]?.Value as string ?? value.Properties["Id"]?.Value as string;
            }
        }
    }
}
