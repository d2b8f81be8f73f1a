using System.Buffers;
using System.Text.Json;
using ClaudeBatch.Core.Costs;
using ClaudeBatch.Core.Results;

namespace ClaudeBatch.Report;

/// <summary>The numbers that the charts of the page are drawn from, as JSON that stands in the page.</summary>
internal static class ReportFigures
{
    // Its encoder escapes whatever could be markup, and all that is not ASCII.
    public static ReadOnlyMemory<byte> Of(ReportContent content)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            Array(json, "jobs", content.Jobs, static (json, job) => WriteJob(json, job));
            Array(json, "evaluations", content.Evaluations.Where(static e => e.Accuracy is not null), (json, e) =>
            {
                json.WriteString("job", content.ShortNameOf(e));
                Number(json, "accuracy", e.Accuracy);
                Number(json, "low", e.AccuracyLow);
                Number(json, "high", e.AccuracyHigh);
            });
            json.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }

    private static void WriteJob(Utf8JsonWriter json, ReportJob job)
    {
        JobFigures figures = job.Figures;
        json.WriteString("name", job.Name);
        Number(json, "cost", Dollars(figures.Report.Totals.CostInPicodollars));
        json.WriteNumber("requests", figures.Report.Totals.Requests);
        json.WriteStartObject("outcomes");
        foreach ((string outcome, long count) in ReportSections.OutcomesOf(job))
        {
            json.WriteNumber(outcome, count);
        }

        json.WriteEndObject();
        Array(json, "failures", job.Failures, static (json, failure) =>
        {
            json.WriteString("reason", Short(failure.Reason));
            json.WriteNumber("count", failure.Count);
        });
        Array(json, "models", figures.Models, static (json, usage) =>
        {
            json.WriteString("model", Short(usage.Model));
            Number(json, "cost", Dollars(usage.Cost));
            Number(json, "standard", Dollars(usage.StandardCost));
            Number(json, "uncached", Dollars(usage.Cost + usage.SavedByCache));
        });
        Array(json, "parts", figures.Parts, static (json, part) =>
        {
            json.WriteNumber("part", part.Part);
            json.WriteNumber("answered", part.Answered);
            Time(json, "sealed", part.SealedAt);
            Time(json, "created", part.CreatedAt);
            Time(json, "ended", part.EndedAt);
            Time(json, "collected", part.CollectedAt);
        });
        Array(json, "attempts", figures.Attempts, static (json, attempt) =>
        {
            json.WriteNumber("attempt", attempt.Number);
            json.WriteNumber("answered", attempt.Answered);
            json.WriteNumber("failed", attempt.Failed);
        });
    }

    private static void Array<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Short(string text) => text.Length <= Html.MostCharacters ? text : text[..Html.MostCharacters];

    private static double? Dollars(long? picodollars) => (double?)PriceList.ToDollars(picodollars);

    private static void Time(Utf8JsonWriter json, string name, DateTime? time)
        => Number(json, name, time is { } known ? (known - DateTime.UnixEpoch).TotalMilliseconds : null);

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
