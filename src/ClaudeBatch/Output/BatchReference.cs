using System.Management.Automation;
using ClaudeBatch.Core.Input;
using ClaudeBatch.Core.Ledger;

namespace ClaudeBatch;

/// <summary>
/// A batch or a job that a user has given as an object of this module, as one read back from a file, or as a text: the id or the key of a
/// batch, or else the name of a job.
/// </summary>
public sealed class BatchReference
{
    /// <param name="value">A Batch, a BatchJob, a BatchResult, the id or the key of a batch, or the name of a job.</param>
    public BatchReference(object value)
    {
        Original = value;
        object bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        switch (bare)
        {
            case Batch batch:
                (Key, ServiceId, Identity) = (batch.Key ?? batch.Id, batch.Id, batch.Identity);
                break;
            case BatchJob job:
                (Job, Identity) = (job.Name, job.Identity);
                break;
            case BatchResult result:
                Key = result.BatchId;
                CustomId = result.CustomId;
                Answer = result.Status == nameof(Outcome.Succeeded) ? (result.IsComplete, result.Reason) : null;
                break;
            case string text when JobName.IsOfBatch(text):
                Key = text;
                break;
            case string { Length: > 0 } name:
                (Job, IsName) = (name, true);
                break;
            default:
                FromDeserialized(PSObject.AsPSObject(value));
                break;
        }

        if (Key is null && Job is null)
        {
            throw new PSArgumentException($"'{value}' is not a batch, a job, a result, the id of a batch or the name of a job. "
                + "Rows become requests by New-ClaudeBatchRequest.");
        }
    }

    /// <summary>The ledger's key or the service's id of the batch; null when the reference is a job.</summary>
    public string? Key { get; private set; }

    public string? Job { get; private set; }

    /// <summary>Whether the reference is a text that names a job.</summary>
    internal bool IsName { get; }

    /// <summary>The service's id of the batch that the object was; null where it had none.</summary>
    public string? ServiceId { get; private set; }

    /// <summary>Identifies the batch or the job that the object was; null where an id was given, or the object of an earlier version.</summary>
    public Guid? Identity { get; private set; }

    /// <summary>The custom id of the request when the reference is a result; else null.</summary>
    public string? CustomId { get; private set; }

    /// <summary>
    /// Whether the result that the reference is says of its answer that it is complete, and why not; null when it is no result that succeeded.
    /// </summary>
    internal (bool IsComplete, string? Reason)? Answer { get; private set; }

    /// <summary>The value that the user gave, for error records.</summary>
    internal object Original { get; }

    public override string ToString() => Key ?? Job ?? string.Empty;

    internal static bool IsDeserialized(object? value, string type)
        => value is not null && PSObject.AsPSObject(value).TypeNames.Any(t => t.EndsWith("ClaudeBatch." + type, StringComparison.Ordinal));

    internal static Guid? IdentityOf(PSObject value)
        => Guid.TryParse(value.Properties[nameof(Identity)]?.Value?.ToString(), out Guid identity) ? identity : null;

    private void FromDeserialized(PSObject value)
    {
        if (IsDeserialized(value, nameof(BatchJob)))
        {
            (Job, Identity) = JobReference.FromDeserialized(value);
        }
        else if (IsDeserialized(value, nameof(BatchResult)))
        {
            Key = value.Properties["BatchId"]?.Value as string;
            CustomId = value.Properties["CustomId"]?.Value as string;
            Answer = value.Properties["Status"]?.Value as string == nameof(Outcome.Succeeded)
                ? (value.Properties["IsComplete"]?.Value is true, value.Properties["Reason"]?.Value as string)
                : null;
        }
        else if (IsDeserialized(value, nameof(Batch)))
        {
            ServiceId = value.Properties["Id"]?.Value as string;
            Key = value.Properties["Key"]?.Value as string ?? ServiceId;
            Identity = IdentityOf(value);
        }
    }
}
