using System.Globalization;
using System.Management.Automation;
using ClaudeBatch.Pipeline;

namespace ClaudeBatch;

/// <summary>
/// Lets people name a time by a <c>DateTime</c> of either kind, by a <c>DateTimeOffset</c>, by a text that is one, or by a duration, as
/// <see cref="DurationTransformationAttribute"/> takes it: <c>2h</c> is two hours ago.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimeTransformationAttribute : ArgumentTransformationAttribute
{
    private static readonly DurationTransformationAttribute s_duration = new();

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            TimeReference known => known,
            DateTime time => new TimeReference(time),
            DateTimeOffset time => new TimeReference(time.UtcDateTime),
            string text when Time(text) is { } time => new TimeReference(time),
            _ => new TimeReference(Ago(engineIntrinsics, inputData)),
        };

    // A text with a unit, or a number, is a duration, and DateTime would take some of those for a day of this month.
    private static DateTime? Time(string text)
        => text.AsSpan().Trim().ContainsAny(['-', '/', ':', ' '])
            && !TimeSpan.TryParseExact(text, ["d'.'h':'m", "d'.'h':'m':'s"], CultureInfo.InvariantCulture, out _)
            && DateTime.TryParse(text, CultureInfo.InvariantCulture, out DateTime time)
                ? time
                : null;

    private static TimeSpan Ago(EngineIntrinsics engineIntrinsics, object given)
    {
        try
        {
            return (TimeSpan)s_duration.Transform(engineIntrinsics, given);
        }
        catch (ArgumentTransformationMetadataException e)
        {
            throw new ArgumentTransformationMetadataException(
                $"{e.Message} Or a time: (Get-Date).AddHours(-1), '2026-11-28 14:05' (local), '2026-11-28T14:05Z'.", e);
        }
    }
}
