using System.Management.Automation;

namespace ClaudeBatch;

/// <summary>A job that a user has given by its name, with wildcards, or as an object of this module.</summary>
public sealed class JobReference
{
    /// <param name="value">A BatchJob, one that was read back from a file or came from another process, or a job's name.</param>
    public JobReference(object value)
    {
        Original = value;
        IsOther = BatchReference.IsDeserialized(value, nameof(Batch)) || BatchReference.IsDeserialized(value, nameof(BatchResult));
        object bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        (string? name, Identity) = bare switch
        {
            BatchJob job => (job.Name, job.Identity),
            string given => (given, null),
            _ when BatchReference.IsDeserialized(value, nameof(BatchJob)) => FromDeserialized(PSObject.AsPSObject(value)),
            _ => (value?.ToString(), null),
        };
        Name = string.IsNullOrEmpty(name)
            ? throw new PSArgumentException($"'{value}' is not a job and not the name of one.")
            : name;
    }

    /// <summary>The job's name, or a pattern of names.</summary>
    public string Name { get; }

    /// <summary>Identifies the job that the object was; null where only a name was given.</summary>
    public Guid? Identity { get; }

    /// <summary>The value that the user gave, for error records.</summary>
    internal object Original { get; }

    /// <summary>Whether it is a batch or a result, whose text would be taken for the name of a job.</summary>
    internal bool IsOther { get; }

    /// <summary>Whether the name may stand for several jobs, or for none.</summary>
    internal bool HasWildcards => Identity is null && WildcardPattern.ContainsWildcardCharacters(Name);

    public override string ToString() => Name;

    internal static (string? Name, Guid? Identity) FromDeserialized(PSObject job)
        => (job.Properties["Name"]?.Value as string, BatchReference.IdentityOf(job));
}
